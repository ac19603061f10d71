"use client";
import { FolderPlus } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useFormatter, useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { Button } from "@/app/components/button";
import { Card, PageHeader } from "@/app/components/card";
import { Dialog } from "@/app/components/dialog";
import { Field, Input, Textarea } from "@/app/components/field";
import { EmptyState, ErrorState, Skeleton } from "@/app/components/states";
import { useAction, useRead } from "@/lib/client/console/use-endpoint";
import { createProject, listProjects } from "@/lib/contracts/projects";

export function ProjectList() {
  const t = useTranslations("console.projects");
  const format = useFormatter();
  const [creating, setCreating] = useState(false);
  const projects = useRead(listProjects);
  const create = (
    <Button variant="primary" icon={<FolderPlus size={16} aria-hidden />} onClick={() => setCreating(true)}>
      {t("create")}
    </Button>
  );
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} actions={create} />
      {projects.error && <ErrorState error={projects.error} onRetry={() => projects.refetch()} />}
      {projects.isPending && <Skeleton className="h-28" />}
      {projects.data?.rows.length === 0 && <EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>}
      <ul className="grid gap-4 sm:grid-cols-2 xl:grid-cols-3">
        {projects.data?.rows.map((project) => (
          <li key={project.id}>
            <Card className="relative h-full hover:border-line-strong">
              <h2 className="text-lg font-semibold">
                <Link href={`/console/projects/${project.id}`} className="after:absolute after:inset-0">
                  {project.name}
                </Link>
              </h2>
              <p className="mt-1 line-clamp-2 min-h-10 text-muted">{project.description}</p>
              <p className="mt-3 text-sm tabular-nums">
                {t("counts", { comparisons: project.comparisons, items: project.openItems })}
              </p>
              <p className="text-sm text-muted">
                {t("since", { date: format.dateTime(new Date(project.createdAt), { dateStyle: "medium" }) })}
              </p>
            </Card>
          </li>
        ))}
      </ul>
      <CreateProject open={creating} onOpenChange={setCreating} />
    </>
  );
}

function CreateProject({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("console.projects");
  const router = useRouter();
  const action = useAction(createProject);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const body = { name: String(form.get("name")), description: String(form.get("description")) };
    action.mutate({ body }, { onSuccess: (project) => project && router.push(`/console/projects/${project.id}`) });
  };
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t("create")}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label={t("name")}>{(control) => <Input {...control} name="name" required maxLength={200} />}</Field>
        <Field label={t("descriptionField")}>
          {(control) => <Textarea {...control} name="description" maxLength={5000} />}
        </Field>
        {action.error && <ErrorState error={action.error} />}
        <Button type="submit" variant="primary" busy={action.isPending}>
          {t("create")}
        </Button>
      </form>
    </Dialog>
  );
}
