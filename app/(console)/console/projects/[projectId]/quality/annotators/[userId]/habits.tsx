"use client";
import { useFormatter, useTranslations } from "next-intl";
import { Section } from "@/app/components/card";
import { Stat } from "@/app/components/stat";
import { EmptyState } from "@/app/components/states";
import type { AnnotatorDetails } from "@/lib/contracts/annotators";
import type { Share } from "@/lib/contracts/quality";

/** How this person judges. Every share with its 95% interval. */
export function HabitsSection({ annotator }: { annotator: AnnotatorDetails }) {
  const t = useTranslations("console.annotator.habits");
  const format = useFormatter();
  const { habits, mirrored, hasty, approved } = annotator;
  const number = (value: number, digits = 1) => format.number(value, { maximumFractionDigits: digits });
  return (
    <Section title={t("title")} description={t("description")}>
      {!habits ? (
        <EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>
      ) : (
        <div className="grid gap-x-6 gap-y-4 sm:grid-cols-2 lg:grid-cols-4">
          <Stat
            label={t("judgements")}
            value={format.number(habits.judgements)}
            note={t("work", { hours: number(habits.hours), days: habits.days })}
          />
          <Stat label={t("pace")} value={habits.typicalSeconds === null ? "–" : number(habits.typicalSeconds)} />
          <ShareStat label={t("agreement")} share={habits.agreement} />
          <Stat
            label={t("inflation")}
            value={habits.inflation ? number(habits.inflation.shift, 2) : "–"}
            {...(habits.inflation
              ? { low: number(habits.inflation.interval[0], 2), high: number(habits.inflation.interval[1], 2) }
              : {})}
          />
          <ShareStat label={t("choseA")} share={habits.choseA} />
          <ShareStat label={t("choseLonger")} share={habits.choseLonger} />
          <ShareStat label={t("selfConsistency")} share={habits.selfConsistency} />
          <ShareStat label={t("sameSide")} share={mirrored.sameSide} />
          <ShareStat label={t("choseATwice")} share={mirrored.choseATwice} />
          <ShareStat label={t("hasty")} share={hasty} />
          <ShareStat label={t("approved")} share={approved} />
        </div>
      )}
      <p className="mt-3 text-sm text-muted">{t("legend")}</p>
    </Section>
  );
}

function ShareStat({ label, share }: { label: string; share: Share }) {
  const format = useFormatter();
  const percent = (value: number) => format.number(value, { style: "percent", maximumFractionDigits: 0 });
  if (!share) return <Stat label={label} value="–" />;
  return (
    <Stat
      label={label}
      value={percent(share.share)}
      low={percent(share.interval[0])}
      high={percent(share.interval[1])}
      n={format.number(share.n)}
    />
  );
}
