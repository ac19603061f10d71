"use client";
import { ClipboardCheck } from "lucide-react";
import { useTranslations } from "next-intl";
import { LinkButton } from "@/app/components/button";
import { PageHeader } from "@/app/components/card";
import { Tabs } from "@/app/components/tabs";
import { useFilter } from "@/lib/client/console/use-filter";
import { Attempts } from "./attempts";
import { Certificates } from "./certificates";
import { Tests } from "./tests";

const TABS = ["tests", "attempts", "certificates"] as const;

export function OnboardingView({ projectId }: { projectId: string }) {
  const t = useTranslations("console.onboarding");
  const [tab, setTab] = useFilter("tab", TABS);
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={
          <LinkButton href={`/console/grading?project=${projectId}`} icon={<ClipboardCheck size={16} aria-hidden />}>
            {t("grading")}
          </LinkButton>
        }
      />
      <Tabs
        label={t("title")}
        value={tab ?? "tests"}
        onValueChange={setTab}
        items={[
          { value: "tests", label: t("tabs.tests"), content: <Tests projectId={projectId} /> },
          { value: "attempts", label: t("tabs.attempts"), content: <Attempts projectId={projectId} /> },
          { value: "certificates", label: t("tabs.certificates"), content: <Certificates projectId={projectId} /> },
        ]}
      />
    </>
  );
}
