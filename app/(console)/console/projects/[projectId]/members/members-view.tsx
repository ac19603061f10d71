"use client";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { Button } from "@/app/components/button";
import { PageHeader } from "@/app/components/card";
import { Dialog } from "@/app/components/dialog";
import { Field, Input } from "@/app/components/field";
import { EmptyState, ErrorState } from "@/app/components/states";
import { Table } from "@/app/components/table";
import { useAction, useRead } from "@/lib/client/console/use-endpoint";
import { addMember, listMembers, removeMember } from "@/lib/contracts/projects";

interface Leaving {
  userId: string;
  name: string;
}

export function MembersView({ projectId }: { projectId: string }) {
  const t = useTranslations("console.members");
  const members = useRead(listMembers, { params: { projectId } });
  const [leaving, setLeaving] = useState<Leaving | null>(null);
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <AddMember projectId={projectId} />
      {members.error && <ErrorState error={members.error} className="my-4" onRetry={() => members.refetch()} />}
      <Table
        label={t("title")}
        rows={members.data?.rows ?? []}
        rowKey={(member) => member.userId}
        loading={members.isPending}
        empty={<EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>}
        columns={[
          { key: "name", header: t("name"), cell: (member) => member.name },
          { key: "email", header: t("email"), cell: (member) => member.email },
          { key: "role", header: t("role"), cell: (member) => t(`roles.${member.role}`) },
          { key: "comparisons", header: t("comparisons"), numeric: true, cell: (member) => member.comparisons },
          {
            key: "remove",
            header: <span className="sr-only">{t("remove")}</span>,
            cell: (member) => (
              <Button size="sm" variant="ghost" onClick={() => setLeaving(member)}>
                {t("remove")}
              </Button>
            ),
          },
        ]}
      />
      <RemoveMember projectId={projectId} member={leaving} onClose={() => setLeaving(null)} />
    </>
  );
}

function AddMember({ projectId }: { projectId: string }) {
  const t = useTranslations("console.members");
  const add = useAction(addMember);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const email = String(new FormData(form).get("email"));
    add.mutate({ params: { projectId }, body: { email } }, { onSuccess: () => form.reset() });
  };
  return (
    <form onSubmit={submit} className="mb-4 flex max-w-xl items-end gap-2">
      <Field label={t("addByEmail")} error={add.error?.message} className="flex-1">
        {(control) => <Input {...control} name="email" type="email" required autoComplete="off" />}
      </Field>
      <Button type="submit" busy={add.isPending}>
        {t("add")}
      </Button>
    </form>
  );
}

function RemoveMember({
  projectId,
  member,
  onClose,
}: {
  projectId: string;
  member: Leaving | null;
  onClose: () => void;
}) {
  const t = useTranslations("console.members");
  const remove = useAction(removeMember);
  if (!member) return null;
  const confirm = () => remove.mutate({ params: { projectId, userId: member.userId } }, { onSuccess: onClose });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("removeTitle", { name: member.name })}
      description={t("removeKept")}
    >
      {remove.error && <ErrorState error={remove.error} className="mb-4" />}
      <Button variant="danger" busy={remove.isPending} onClick={confirm}>
        {t("remove")}
      </Button>
    </Dialog>
  );
}
