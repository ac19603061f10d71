"use client";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { Button } from "@/app/components/button";
import { PageHeader, Section } from "@/app/components/card";
import { Dialog } from "@/app/components/dialog";
import { Field, Input, Textarea } from "@/app/components/field";
import { ErrorState, Skeleton } from "@/app/components/states";
import { toast } from "@/app/components/toast";
import { useAction, useRead } from "@/lib/client/console/use-endpoint";
import { getProject, type Project, updateProject } from "@/lib/contracts/projects";
import { Unsaved } from "../../../parts/unsaved";
import { LAYERS, NUMBERS, settingsOf } from "./fields";
import { NumberFields, TrainingLayer } from "./settings-fields";

export function SettingsView({ projectId }: { projectId: string }) {
  const t = useTranslations("console.settings");
  const project = useRead(getProject, { params: { projectId } });
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      {project.error && <ErrorState error={project.error} onRetry={() => project.refetch()} />}
      {project.isPending && <Skeleton className="h-96" />}
      {project.data && (
        <div className="flex flex-col gap-5">
          <SettingsForm key={JSON.stringify(project.data.settings)} project={project.data} />
          <Archive project={project.data} />
        </div>
      )}
    </>
  );
}

function SettingsForm({ project }: { project: Project }) {
  const t = useTranslations("console.settings");
  const save = useAction(updateProject);
  const [dirty, setDirty] = useState(false);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const body = {
      name: String(form.get("name")),
      description: String(form.get("description")),
      settings: settingsOf(form),
    };
    save.mutate(
      { params: { projectId: project.id }, body },
      {
        onSuccess: () => {
          setDirty(false);
          toast({ title: t("saved"), tone: "done" });
        },
      },
    );
  };
  const { settings } = project;
  return (
    <form onSubmit={submit} onInput={() => setDirty(true)} className="flex flex-col gap-5">
      <Unsaved dirty={dirty} />
      <Section title={t("project")}>
        <div className="flex flex-col gap-4">
          <Field label={t("name")}>
            {(control) => <Input {...control} name="name" required maxLength={200} defaultValue={project.name} />}
          </Field>
          <Field label={t("projectDescription")}>
            {(control) => (
              <Textarea {...control} name="description" maxLength={5000} defaultValue={project.description} />
            )}
          </Field>
        </div>
      </Section>
      {(["round", "sampling", "ghostAttention", "annotators", "review"] as const).map((group) => (
        <Section key={group} title={t(`groups.${group}`)} description={t(`groupHints.${group}`)}>
          <NumberFields fields={NUMBERS[group]} settings={settings} />
        </Section>
      ))}
      <Section title={t("training")} description={t("trainingHint")}>
        <Field label={t("baseModel")} hint={t("baseModelHint")} className="max-w-xl">
          {(control) => (
            <Input {...control} name="training.baseModel" required defaultValue={settings.training.baseModel} />
          )}
        </Field>
        {LAYERS.map((layer) => (
          <TrainingLayer key={layer} layer={layer} values={settings.training[layer]} />
        ))}
      </Section>
      {save.error && <SaveError error={save.error} />}
      <div>
        <Button type="submit" variant="primary" busy={save.isPending}>
          {t("save")}
        </Button>
      </div>
    </form>
  );
}

function SaveError({
  error,
}: {
  error: { message: string; requestId?: string; problems: { path?: string; message: string }[] };
}) {
  const t = useTranslations("console.settings");
  return (
    <div>
      <ErrorState error={error} kept={t("notSaved")} />
      <ul className="mt-2 text-sm">
        {error.problems.map((problem) => (
          <li key={`${problem.path}${problem.message}`}>
            {problem.path && <code>{problem.path}: </code>}
            {problem.message}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Archive({ project }: { project: Project }) {
  const t = useTranslations("console.settings");
  const [asking, setAsking] = useState(false);
  const action = useAction(updateProject);
  const archived = project.archivedAt !== null;
  const change = () =>
    action.mutate(
      { params: { projectId: project.id }, body: { archived: !archived } },
      { onSuccess: () => setAsking(false) },
    );
  return (
    <Section title={archived ? t("archived") : t("archive")} description={t("archiveHint")}>
      {archived ? (
        <Button busy={action.isPending} onClick={change}>
          {t("restore")}
        </Button>
      ) : (
        <Button onClick={() => setAsking(true)}>{t("archive")}</Button>
      )}
      {action.error && !asking && <ErrorState error={action.error} className="mt-3" />}
      <Dialog open={asking} onOpenChange={setAsking} title={t("archiveTitle")} description={t("archiveHint")}>
        {action.error && <ErrorState error={action.error} className="mb-4" />}
        <Button variant="danger" busy={action.isPending} onClick={change}>
          {t("archive")}
        </Button>
      </Dialog>
    </Section>
  );
}
