"use client";
import { Award } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useRead } from "@/lib/client/console/use-endpoint";
import { getOnboarding, type OnboardingTask } from "@/lib/contracts/onboarding";
import { LinkButton } from "../button";
import { cn } from "../cn";

/** Something to do: a certificate that is missing and can be had, or one that has to be renewed. */
const calls = (task: OnboardingTask): boolean =>
  task.certificate
    ? task.renewBy !== null
    : task.certificateNeeded || task.steps.some(({ status }) => status === "running" || status === "open");

/** On the landing page: leads whoever is not certified to the entry tests. Nothing where there is nothing to do. */
export function OnboardingNotice({ projectId }: { projectId: string }) {
  const t = useTranslations("annotate.onboarding.notice");
  const locale = useLocale();
  const { data } = useRead(getOnboarding, { params: { projectId }, query: { locale } });
  const open = data?.tasks.filter(calls) ?? [];
  if (open.length === 0) return null;
  const needed = open.some((task) => task.certificateNeeded && !task.certificate);
  const renew = open.some(({ renewBy }) => renewBy);
  const kind = needed ? "needed" : renew ? "renew" : "optional";
  return (
    <div
      className={cn(
        "mb-3 flex flex-wrap items-center gap-x-4 gap-y-2 rounded-md px-3 py-2.5",
        kind !== "optional" ? "bg-warn-soft" : "bg-accent-soft",
      )}
    >
      <Award size={18} aria-hidden className={kind !== "optional" ? "text-warn" : "text-accent"} />
      <p className="min-w-48 flex-1">{t(`text.${kind}`)}</p>
      <LinkButton size="sm" variant={needed ? "primary" : "secondary"} href={`/annotate/${projectId}/onboarding`}>
        {t("open")}
      </LinkButton>
    </div>
  );
}
