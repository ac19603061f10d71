"use client";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { Badge } from "@/app/components/badge";
import { Button } from "@/app/components/button";
import { Dialog } from "@/app/components/dialog";
import { Field, Input, Select } from "@/app/components/field";
import { EmptyState, ErrorState } from "@/app/components/states";
import { Table } from "@/app/components/table";
import { useAction, useRead } from "@/lib/client/console/use-endpoint";
import { type Certificate, grantCertificate, listCertificates, revokeCertificate } from "@/lib/contracts/entry-tests";
import { listMembers } from "@/lib/contracts/projects";
import { When } from "../../../parts/when";

/** Stored in place of a reason where a newer certificate took over. */
const RENEWED = "renewed";

export function Certificates({ projectId }: { projectId: string }) {
  const t = useTranslations("console.onboarding.certificates");
  const [revoking, setRevoking] = useState<Certificate | null>(null);
  const certificates = useRead(listCertificates, { params: { projectId }, query: { limit: 200 } });
  return (
    <div className="flex flex-col gap-5">
      <GrantForm projectId={projectId} />
      {certificates.error && <ErrorState error={certificates.error} onRetry={() => certificates.refetch()} />}
      <Table
        label={t("title")}
        rows={certificates.data?.rows ?? []}
        rowKey={(row) => row.id}
        loading={certificates.isPending}
        empty={<EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>}
        columns={[
          { key: "name", header: t("name"), cell: (row) => row.name },
          { key: "task", header: t("task"), cell: (row) => t(`tasks.${row.task}`) },
          { key: "state", header: t("state"), cell: (row) => <State row={row} /> },
          { key: "granted", header: t("granted"), cell: (row) => <When at={row.grantedAt} /> },
          { key: "by", header: t("by"), cell: (row) => row.grantedBy ?? t("byTests") },
          {
            key: "actions",
            header: <span className="sr-only">{t("actions")}</span>,
            cell: (row) =>
              !row.revokedAt && (
                <Button
                  size="sm"
                  variant="ghost"
                  onClick={() => setRevoking(row)}
                  aria-label={t("revokeNamed", { name: row.name })}
                >
                  {t("revoke")}
                </Button>
              ),
          },
        ]}
      />
      {revoking && <Revoke certificate={revoking} onClose={() => setRevoking(null)} />}
    </div>
  );
}

function State({ row }: { row: Certificate }) {
  const t = useTranslations("console.onboarding.certificates");
  if (!row.revokedAt)
    return (
      <span className="flex flex-wrap items-center gap-2">
        <Badge tone={row.renewBy ? "warn" : "done"}>{row.renewBy ? t("renewBy") : t("valid")}</Badge>
        {row.renewBy && <When at={row.renewBy} />}
      </span>
    );
  return (
    <>
      <Badge>{row.revokedReason === RENEWED ? t("renewed") : t("revoked")}</Badge>
      {row.revokedReason && row.revokedReason !== RENEWED && <p className="text-sm text-muted">{row.revokedReason}</p>}
    </>
  );
}

function GrantForm({ projectId }: { projectId: string }) {
  const t = useTranslations("console.onboarding.certificates");
  const members = useRead(listMembers, { params: { projectId } });
  const grant = useAction(grantCertificate);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const task = form.get("task") === "safety" ? ("safety" as const) : ("helpfulness" as const);
    grant.mutate({ params: { projectId }, body: { task, userId: String(form.get("userId")) } });
  };
  return (
    <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
      <Field label={t("member")} error={grant.error?.message} className="w-full sm:w-64">
        {(control) => (
          <Select {...control} name="userId" required>
            {(members.data?.rows ?? []).map((member) => (
              <option key={member.userId} value={member.userId}>
                {member.name}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={t("task")} className="w-full sm:w-48">
        {(control) => (
          <Select {...control} name="task">
            <option value="helpfulness">{t("tasks.helpfulness")}</option>
            <option value="safety">{t("tasks.safety")}</option>
          </Select>
        )}
      </Field>
      <Button type="submit" busy={grant.isPending}>
        {t("grant")}
      </Button>
    </form>
  );
}

function Revoke({ certificate, onClose }: { certificate: Certificate; onClose: () => void }) {
  const t = useTranslations("console.onboarding.certificates");
  const revoke = useAction(revokeCertificate);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget).get("reason"));
    revoke.mutate({ params: { certificateId: certificate.id }, body: { reason } }, { onSuccess: onClose });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("revokeNamed", { name: certificate.name })}
      description={t("revokeText")}
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label={t("reason")} hint={t("reasonHint")}>
          {(control) => <Input {...control} name="reason" required maxLength={500} />}
        </Field>
        {revoke.error && <ErrorState error={revoke.error} />}
        <Button type="submit" variant="danger" busy={revoke.isPending}>
          {t("revoke")}
        </Button>
      </form>
    </Dialog>
  );
}
