"use client";
import { useTranslations } from "next-intl";
import { PageHeader } from "@/app/components/card";
import { ImportCard } from "./import-card";
import { Snapshots } from "./snapshots";

export function ProjectData({ projectId }: { projectId: string }) {
  const t = useTranslations("console.data");
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <div className="flex flex-col gap-5">
        <Snapshots projectId={projectId} />
        <ImportCard projectId={projectId} />
      </div>
    </>
  );
}
