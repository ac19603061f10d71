"use client";
import { ArrowUpCircle } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { DetailsList } from "@/app/(console)/console/parts/details-list";
import { When } from "@/app/(console)/console/parts/when";
import { Button } from "@/app/components/button";
import { PageHeader, Section } from "@/app/components/card";
import { Dialog } from "@/app/components/dialog";
import { EmptyState, ErrorState, Skeleton } from "@/app/components/states";
import { useAction, useRead } from "@/lib/client/console/use-endpoint";
import { getRewardModel, listEvaluations, promoteRewardModel, type RewardModel } from "@/lib/contracts/reward-models";
import { ModelBadge } from "../model-badge";
import { EvaluationPicker } from "./evaluation-picker";
import { EvaluationView } from "./evaluation-view";

export function ModelView({ projectId, modelId }: { projectId: string; modelId: string }) {
  const t = useTranslations("console.rewardModels");
  const model = useRead(getRewardModel, { params: { rewardModelId: modelId } });
  const evaluations = useRead(
    listEvaluations,
    { params: { projectId }, query: { rewardModelId: modelId, limit: 50 } },
    { pollWhile: (data) => (data?.evaluations.length === 0 ? 3000 : false) },
  );
  const [chosen, setChosen] = useState<string | null>(null);
  if (model.error) return <ErrorState error={model.error} onRetry={() => model.refetch()} />;
  if (!model.data) return <Skeleton className="h-96" />;
  const list = evaluations.data?.evaluations ?? [];
  const shown = list.find((evaluation) => evaluation.id === chosen) ?? list[0];
  return (
    <>
      <PageHeader
        title={
          <span className="flex flex-wrap items-center gap-3">
            {t("modelTitle", { task: t(`tasks.${model.data.task}`), id: modelId.slice(0, 8) })}
            <ModelBadge state={model.data.state} />
          </span>
        }
        actions={<Promote model={model.data} />}
      />
      <div className="flex flex-col gap-5">
        <EvaluationPicker
          projectId={projectId}
          model={model.data}
          evaluations={list}
          value={shown?.id}
          onChange={setChosen}
        />
        {evaluations.error && <ErrorState error={evaluations.error} onRetry={() => evaluations.refetch()} />}
        {evaluations.isPending && <Skeleton className="h-64" />}
        {evaluations.data && !shown && <EmptyState title={t("noEvaluation")}>{t("noEvaluationHint")}</EmptyState>}
        {shown && <EvaluationView key={shown.id} evaluation={shown} />}
        <ModelFacts projectId={projectId} model={model.data} />
      </div>
    </>
  );
}

function Promote({ model }: { model: RewardModel }) {
  const t = useTranslations("console.rewardModels");
  const [asking, setAsking] = useState(false);
  const promote = useAction(promoteRewardModel);
  if (model.state === "serving") return null;
  return (
    <>
      <Button variant="primary" icon={<ArrowUpCircle size={16} aria-hidden />} onClick={() => setAsking(true)}>
        {t("promote")}
      </Button>
      <Dialog open={asking} onOpenChange={setAsking} title={t("promoteTitle")} description={t("promoteHint")}>
        {promote.error && <ErrorState error={promote.error} className="mb-4" />}
        <Button
          variant="primary"
          busy={promote.isPending}
          onClick={() => promote.mutate({ params: { rewardModelId: model.id } }, { onSuccess: () => setAsking(false) })}
        >
          {t("promote")}
        </Button>
      </Dialog>
    </>
  );
}

function ModelFacts({ projectId, model }: { projectId: string; model: RewardModel }) {
  const t = useTranslations("console.rewardModels");
  const base = `/console/projects/${projectId}`;
  const link = (href: string, text: string) => (
    <Link href={href} className="text-accent underline">
      {text}
    </Link>
  );
  return (
    <Section title={t("facts")}>
      <DetailsList
        entries={[
          { key: "run", name: t("run"), value: link(`${base}/training-runs/${model.trainingRunId}`, t("open")) },
          { key: "data", name: t("snapshot"), value: link(`${base}/data?snapshot=${model.snapshotId}`, t("open")) },
          {
            key: "round",
            name: t("round"),
            value: model.roundId ? link(`${base}/rounds/${model.roundId}`, t("open")) : "–",
          },
          { key: "created", name: t("created"), value: <When at={model.createdAt} /> },
          { key: "promoted", name: t("promotedAt"), value: <When at={model.promotedAt} /> },
          { key: "folder", name: t("folder"), value: <code className="text-sm">{model.directory}</code> },
          { key: "hash", name: t("weights"), value: <code className="text-sm break-all">{model.weightsSha256}</code> },
        ]}
      />
    </Section>
  );
}
