"use client";
import { Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/app/components/button";
import { PageHeader } from "@/app/components/card";
import { Checkbox } from "@/app/components/field";
import { EmptyState, ErrorState, Skeleton } from "@/app/components/states";
import { useRead } from "@/lib/client/console/use-endpoint";
import { useFilter } from "@/lib/client/console/use-filter";
import { listPolicies } from "@/lib/contracts/policies";
import { CreatePolicy } from "./create-policy";
import { PolicyCard } from "./policy-card";

export function PoliciesView({ projectId }: { projectId: string }) {
  const t = useTranslations("console.policies");
  const [archived, setArchived] = useFilter("archived", ["yes"]);
  const [creating, setCreating] = useState(false);
  const policies = useRead(listPolicies, { params: { projectId } });
  const all = policies.data?.rows ?? [];
  const shown = archived ? all : all.filter((policy) => policy.archivedAt === null);
  const hidden = all.some((policy) => policy.archivedAt !== null);
  const create = (
    <Button variant="primary" icon={<Plus size={16} aria-hidden />} onClick={() => setCreating(true)}>
      {t("create")}
    </Button>
  );
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} actions={create} />
      {hidden && (
        <Checkbox
          className="mb-3"
          label={t("showArchived")}
          checked={archived !== undefined}
          onChange={(event) => setArchived(event.target.checked ? "yes" : "")}
        />
      )}
      {policies.error && <ErrorState className="mb-4" error={policies.error} onRetry={() => policies.refetch()} />}
      {policies.isPending && <Skeleton className="h-48" />}
      {policies.data && shown.length === 0 && <EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>}
      <div className="flex flex-col gap-4">
        {shown.map((policy) => (
          <PolicyCard key={policy.id} policy={policy} />
        ))}
      </div>
      {creating && <CreatePolicy projectId={projectId} onClose={() => setCreating(false)} />}
    </>
  );
}
