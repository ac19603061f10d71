"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import type { FormEvent } from "react";
import { Button } from "@/app/components/button";
import { Dialog } from "@/app/components/dialog";
import { Field, Input, Select } from "@/app/components/field";
import { EmptyState, ErrorState, Skeleton } from "@/app/components/states";
import { useAction, useRead } from "@/lib/client/console/use-endpoint";
import { listSnapshots } from "@/lib/contracts/snapshots";
import { createTrainingRun } from "@/lib/contracts/training-runs";
import { ENGINE_NAMES, METHODS } from "@/lib/domain/project-settings";

/** Trains on a chosen snapshot outside a round. Fields left empty follow the project's settings. */
export function StartTraining({ projectId, onClose }: { projectId: string; onClose: () => void }) {
  const t = useTranslations("console.training");
  const router = useRouter();
  const snapshots = useRead(listSnapshots, { query: { projectId, limit: 100 } });
  const action = useAction(createTrainingRun);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const base = String(form.get("baseModel")).trim();
    const engine = form.get("engine") as (typeof ENGINE_NAMES)[number];
    const method = METHODS.find((name) => name === form.get("method"));
    const steps = String(form.get("stepsMax"));
    const body = {
      snapshotId: String(form.get("snapshotId")),
      task: form.get("task") === "safety" ? ("safety" as const) : ("helpfulness" as const),
      ...(base ? { baseModel: base } : {}),
      config: { engine, ...(method ? { method } : {}), ...(steps ? { stepsMax: Number(steps) } : {}) },
    };
    action.mutate(
      { params: { projectId }, body },
      { onSuccess: (run) => run && router.push(`/console/projects/${projectId}/training-runs/${run.id}`) },
    );
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t("start")} description={t("startHint")}>
      {snapshots.error && <ErrorState error={snapshots.error} onRetry={() => snapshots.refetch()} />}
      {snapshots.isPending && <Skeleton className="h-48" />}
      {snapshots.data?.rows.length === 0 && <EmptyState title={t("noSnapshot")}>{t("noSnapshotHint")}</EmptyState>}
      {snapshots.data && snapshots.data.rows.length > 0 && (
        <form onSubmit={submit} className="flex flex-col gap-4">
          <Field label={t("snapshot")}>
            {(control) => (
              <Select {...control} name="snapshotId" required>
                {snapshots.data.rows.map((snapshot) => (
                  <option key={snapshot.id} value={snapshot.id}>
                    {t("snapshotOption", { name: snapshot.name, rows: snapshot.manifest.files.train.rows })}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label={t("task")}>
            {(control) => (
              <Select {...control} name="task">
                <option value="helpfulness">{t("tasks.helpfulness")}</option>
                <option value="safety">{t("tasks.safety")}</option>
              </Select>
            )}
          </Field>
          <Field label={t("baseModel")} hint={t("baseModelHint")} optional={t("optional")}>
            {(control) => <Input {...control} name="baseModel" maxLength={1000} />}
          </Field>
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label={t("engine")}>
              {(control) => (
                <Select {...control} name="engine">
                  {ENGINE_NAMES.map((name) => (
                    <option key={name} value={name}>
                      {name}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
            <Field label={t("method")}>
              {(control) => (
                <Select {...control} name="method" defaultValue="">
                  <option value="">{t("methods.asSet")}</option>
                  {METHODS.map((name) => (
                    <option key={name} value={name}>
                      {t(`methods.${name}`)}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
            <Field label={t("stepsMax")} optional={t("optional")}>
              {(control) => <Input {...control} name="stepsMax" type="number" min={1} />}
            </Field>
          </div>
          {action.error && <ErrorState error={action.error} />}
          <Button type="submit" variant="primary" busy={action.isPending}>
            {t("start")}
          </Button>
        </form>
      )}
    </Dialog>
  );
}
