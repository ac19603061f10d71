"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/app/components/button";
import { Field, Select } from "@/app/components/field";
import { ErrorState } from "@/app/components/states";
import { toast } from "@/app/components/toast";
import { useAction, useRead } from "@/lib/client/console/use-endpoint";
import { type Evaluation, type RewardModel, requestEvaluation } from "@/lib/contracts/reward-models";
import { listSnapshots } from "@/lib/contracts/snapshots";

/** Which evaluation is shown, and a form to measure the model on another snapshot. */
export function EvaluationPicker({
  projectId,
  model,
  evaluations,
  value,
  onChange,
}: {
  projectId: string;
  model: RewardModel;
  evaluations: Evaluation[];
  value: string | undefined;
  onChange: (id: string) => void;
}) {
  const t = useTranslations("console.rewardModels");
  const format = useFormatter();
  const snapshots = useRead(listSnapshots, { query: { projectId, limit: 100 } });
  const request = useAction(requestEvaluation);
  const rows = snapshots.data?.rows ?? [];
  const [picked, setPicked] = useState("");
  const nameOf = (id: string) => rows.find((snapshot) => snapshot.id === id)?.name ?? id.slice(0, 8);
  const measure = () =>
    request.mutate(
      { params: { rewardModelId: model.id }, body: { snapshotId: picked || rows[0]!.id } },
      {
        onSuccess: (answer) =>
          answer?.evaluation ? onChange(answer.evaluation.id) : toast({ title: t("queued"), tone: "done" }),
      },
    );
  return (
    <div className="flex flex-wrap items-end gap-x-6 gap-y-3">
      {evaluations.length > 0 && (
        <Field label={t("evaluation")} className="w-full sm:w-72">
          {(control) => (
            <Select {...control} value={value} onChange={(event) => onChange(event.target.value)}>
              {evaluations.map((evaluation) => (
                <option key={evaluation.id} value={evaluation.id}>
                  {t("evaluationOption", {
                    name: nameOf(evaluation.snapshotId),
                    date: format.dateTime(new Date(evaluation.createdAt), { dateStyle: "medium" }),
                  })}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
      {rows.length > 0 && (
        <div className="flex w-full items-end gap-2 sm:w-auto">
          <Field label={t("measureOn")} className="flex-1 sm:w-56">
            {(control) => (
              <Select {...control} value={picked} onChange={(event) => setPicked(event.target.value)}>
                {rows.map((snapshot, index) => (
                  <option key={snapshot.id} value={index === 0 ? "" : snapshot.id}>
                    {snapshot.name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Button busy={request.isPending} onClick={measure}>
            {t("measure")}
          </Button>
        </div>
      )}
      {request.error && <ErrorState error={request.error} className="w-full" />}
    </div>
  );
}
