"use client";
import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useCallback } from "react";
import type { z } from "zod";
import { callFor } from "@/lib/client/call";
import type { ProblemError } from "@/lib/client/problem";
import type { Share } from "@/lib/contracts/quality";
import { type DayPace, getMyExposure, getMyStatistics, STATISTICS_MIN } from "@/lib/contracts/welfare";
import { LinkButton } from "../button";
import { PageHeader, Section } from "../card";
import { PlotFigure } from "../plot-figure";
import { EmptyState, ErrorState, Skeleton } from "../states";

type Plot = typeof import("@observablehq/plot");
type Statistics = z.infer<NonNullable<typeof getMyStatistics.response>>;

/** One's own work in plain sentences: to learn from, seen by nobody else on this page. */
export function MyStatistics({ projectId }: { projectId: string }) {
  const t = useTranslations("annotate.statistics");
  const query = useQuery({
    queryKey: ["annotate", "my-statistics", projectId],
    queryFn: () => callFor(getMyStatistics, { params: { projectId } }),
    staleTime: 0,
  });
  const actions = (
    <>
      <LinkButton href="/annotate/wellbeing">{t("wellbeing")}</LinkButton>
      <LinkButton href={`/annotate/${projectId}`} variant="primary">
        {t("work")}
      </LinkButton>
    </>
  );
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} actions={actions} />
      {query.isPending && <Skeleton className="h-64" />}
      {query.isError && <ErrorState error={query.error as ProblemError} onRetry={() => query.refetch()} />}
      {query.data?.judgements === 0 && <EmptyState title={t("none")}>{t("noneHelp")}</EmptyState>}
      {query.data && query.data.judgements > 0 && (
        <div className="flex flex-col gap-4">
          <Pace statistics={query.data} />
          <Habits statistics={query.data} />
        </div>
      )}
      <Exposure projectId={projectId} />
    </>
  );
}

function Pace({ statistics }: { statistics: Statistics }) {
  const t = useTranslations("annotate.statistics");
  const format = useFormatter();
  const { days, medianSeconds } = statistics;
  const date = useCallback(
    (day: string) => format.dateTime(new Date(day), { month: "short", day: "numeric", timeZone: "UTC" }),
    [format],
  );
  const options = useCallback(
    (plot: Plot) => ({
      x: { label: null, type: "band" as const, tickFormat: date },
      y: { label: t("judgements"), grid: true },
      marks: [
        plot.barY(days, { x: "day", y: "judgements", fill: "var(--c-accent)" }),
        plot.ruleY([0], { stroke: "var(--c-line-strong)" }),
      ],
    }),
    [days, date, t],
  );
  const seconds = (value: number) => format.number(value, { maximumFractionDigits: 0 });
  return (
    <Section title={t("pace")}>
      <p className="mb-4">
        {t("paceText", { judgements: statistics.judgements, days: days.length })}{" "}
        {medianSeconds !== null && t("paceMedian", { seconds: seconds(medianSeconds) })}
      </p>
      <PlotFigure<DayPace>
        title={t("paceChart")}
        options={options}
        height={180}
        table={{
          rows: days,
          rowKey: ({ day }) => day,
          columns: [
            { key: "day", header: t("day"), cell: ({ day }) => date(day) },
            { key: "judgements", header: t("judgements"), numeric: true, cell: (row) => format.number(row.judgements) },
            {
              key: "seconds",
              header: t("seconds"),
              numeric: true,
              cell: ({ typicalSeconds }) => (typicalSeconds === null ? "–" : seconds(typicalSeconds)),
            },
          ],
        }}
      />
    </Section>
  );
}

const HABITS = ["agreement", "choseA", "choseLonger", "selfConsistency", "approved"] as const;
type Habit = (typeof HABITS)[number];

/** Where the interval lies decides what is said: beside a half, or around it. */
function leaning(share: NonNullable<Share>): "above" | "below" | "around" {
  const [low, high] = share.interval;
  if (low > 0.5) return "above";
  return high < 0.5 ? "below" : "around";
}

function Habits({ statistics }: { statistics: Statistics }) {
  const t = useTranslations("annotate.statistics");
  return (
    <Section title={t("habits")} description={t("habitsHelp")}>
      <dl className="grid gap-x-8 gap-y-5 lg:grid-cols-2">
        {HABITS.map((habit) => (
          <div key={habit} className="min-w-0">
            <dt className="font-medium">{t(`${habit}.title`)}</dt>
            <dd>
              <HabitText habit={habit} share={statistics[habit]} />
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

function HabitText({ habit, share }: { habit: Habit; share: Share }) {
  const t = useTranslations("annotate.statistics");
  const format = useFormatter();
  const needed = STATISTICS_MIN[habit];
  if (share === null || share.n < needed)
    return (
      <p className="text-muted">
        {t("notYet", { n: share?.n ?? 0, needed })} {t(`${habit}.about`)}
      </p>
    );
  const percent = (value: number) => format.number(value, { style: "percent", maximumFractionDigits: 0 });
  const [low, high] = share.interval;
  const isSide = habit === "choseA" || habit === "choseLonger";
  const lean = leaning(share);
  return (
    <>
      <p>{t(`${habit}.text`, { share: percent(share.share), low: percent(low), high: percent(high), n: share.n })}</p>
      <ShareBar share={share} isSide={isSide} />
      <p className="text-sm text-muted">
        {habit === "choseA"
          ? t(`choseA.${lean}`)
          : habit === "choseLonger"
            ? t(`choseLonger.${lean}`)
            : t(`${habit}.about`)}
      </p>
    </>
  );
}

/** The interval on a scale from 0 to 100%; the sentence beside it says the same. */
function ShareBar({ share, isSide }: { share: NonNullable<Share>; isSide: boolean }) {
  const [low, high] = share.interval;
  const percent = (value: number) => `${(value * 100).toFixed(2)}%`;
  return (
    <div aria-hidden="true" className="relative my-2 h-2 max-w-md rounded-full bg-sunken">
      <div
        className="absolute h-full rounded-full bg-accent/35"
        style={{ left: percent(low), width: percent(Math.max(0.005, high - low)) }}
      />
      <div className="absolute -top-0.5 h-3 w-0.5 bg-accent" style={{ left: percent(share.share) }} />
      {isSide && <div className="absolute -top-1 h-4 w-px bg-line-strong" style={{ left: "50%" }} />}
    </div>
  );
}

function Exposure({ projectId }: { projectId: string }) {
  const t = useTranslations("annotate.statistics");
  const format = useFormatter();
  const { data } = useQuery({
    queryKey: ["annotate", "my-exposure", projectId],
    queryFn: () => callFor(getMyExposure, { params: { projectId } }),
    staleTime: 0,
  });
  if (!data) return null;
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const time = (at: string) => format.dateTime(new Date(at), { hour: "numeric", minute: "2-digit", timeZone });
  return (
    <Section title={t("exposure")} className="mt-4">
      <p>
        {data.max === null
          ? t("exposureText", { today: data.today })
          : t("exposureLimited", { today: data.today, max: data.max })}{" "}
        {data.coolDownUntil !== null && t("coolDown", { time: time(data.coolDownUntil) })}{" "}
        {data.until !== null && t("exposureUntil", { time: time(data.until) })}
      </p>
      <p className="mt-1 text-sm text-muted">{t("exposureHelp")}</p>
    </Section>
  );
}
