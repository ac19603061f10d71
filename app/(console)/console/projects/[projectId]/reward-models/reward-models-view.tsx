"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { FilterSelect } from "@/app/(console)/console/parts/filter-select";
import { When } from "@/app/(console)/console/parts/when";
import { PageHeader } from "@/app/components/card";
import { EmptyState, ErrorState } from "@/app/components/states";
import { Table } from "@/app/components/table";
import { useRead } from "@/lib/client/console/use-endpoint";
import { useFilter } from "@/lib/client/console/use-filter";
import { listRewardModels } from "@/lib/contracts/reward-models";
import { Accuracy } from "./accuracy";
import { ModelBadge } from "./model-badge";

const TASKS = ["helpfulness", "safety"] as const;

export function RewardModelsView({ projectId }: { projectId: string }) {
  const t = useTranslations("console.rewardModels");
  const [task, setTask] = useFilter("task", TASKS);
  const models = useRead(listRewardModels, { params: { projectId }, query: { task, limit: 200 } });
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <div className="mb-4">
        <FilterSelect
          label={t("task")}
          all={t("allTasks")}
          value={task}
          options={TASKS.map((value) => ({ value, label: t(`tasks.${value}`) }))}
          onChange={setTask}
        />
      </div>
      {models.error ? (
        <ErrorState error={models.error} onRetry={() => models.refetch()} />
      ) : (
        <Table
          label={t("title")}
          rows={models.data?.rewardModels ?? []}
          rowKey={(model) => model.id}
          loading={models.isPending}
          empty={<EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>}
          columns={[
            {
              key: "task",
              header: t("task"),
              cell: (model) => (
                <Link
                  className="whitespace-nowrap text-accent underline"
                  href={`/console/projects/${projectId}/reward-models/${model.id}`}
                >
                  {t("modelTitle", { task: t(`tasks.${model.task}`), id: model.id.slice(0, 8) })}
                </Link>
              ),
            },
            { key: "state", header: t("state"), cell: (model) => <ModelBadge state={model.state} /> },
            { key: "accuracy", header: t("accuracy"), cell: (model) => <Accuracy cell={model.heldout} /> },
            { key: "created", header: t("created"), cell: (model) => <When at={model.createdAt} /> },
            { key: "promoted", header: t("promotedAt"), cell: (model) => <When at={model.promotedAt} /> },
          ]}
        />
      )}
    </>
  );
}
