"use client";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { When } from "@/app/(console)/console/parts/when";
import { Badge } from "@/app/components/badge";
import { Button } from "@/app/components/button";
import { Section } from "@/app/components/card";
import { Dialog } from "@/app/components/dialog";
import { Field, Textarea } from "@/app/components/field";
import { EmptyState, ErrorState } from "@/app/components/states";
import { Table } from "@/app/components/table";
import { useAction } from "@/lib/client/console/use-endpoint";
import type { Certificate } from "@/lib/contracts/annotators";
import { revokeCertificate } from "@/lib/contracts/entry-tests";

export function CertificatesSection({ certificates }: { certificates: Certificate[] }) {
  const t = useTranslations("console.annotator.certificates");
  const [leaving, setLeaving] = useState<Certificate | null>(null);
  return (
    <Section title={t("title")} description={t("description")}>
      <Table
        label={t("title")}
        rows={certificates}
        rowKey={(row) => row.id}
        empty={<EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>}
        columns={[
          { key: "task", header: t("task"), cell: (row) => t(`tasks.${row.task}`) },
          { key: "granted", header: t("granted"), cell: (row) => <When at={row.grantedAt} /> },
          { key: "by", header: t("by"), cell: (row) => row.grantedBy ?? t("tests") },
          {
            key: "state",
            header: t("state"),
            cell: (row) =>
              row.revokedAt ? (
                <span title={row.revokedReason ?? undefined}>
                  <Badge>{t("revoked")}</Badge> <When at={row.revokedAt} />
                </span>
              ) : (
                <Badge tone="done">{t("valid")}</Badge>
              ),
          },
          {
            key: "actions",
            header: <span className="sr-only">{t("actions")}</span>,
            cell: (row) =>
              row.revokedAt === null && (
                <Button size="sm" variant="ghost" onClick={() => setLeaving(row)}>
                  {t("revoke")}
                </Button>
              ),
          },
        ]}
      />
      {leaving && <Revoke certificate={leaving} onClose={() => setLeaving(null)} />}
    </Section>
  );
}

function Revoke({ certificate, onClose }: { certificate: Certificate; onClose: () => void }) {
  const t = useTranslations("console.annotator.certificates");
  const revoke = useAction(revokeCertificate);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget).get("reason"));
    revoke.mutate({ params: { certificateId: certificate.id }, body: { reason } }, { onSuccess: onClose });
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t("revokeTitle")} description={t("revokeHint")}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label={t("reason")}>
          {(control) => <Textarea {...control} name="reason" required maxLength={500} />}
        </Field>
        {revoke.error && <ErrorState error={revoke.error} />}
        <div>
          <Button type="submit" variant="danger" busy={revoke.isPending}>
            {t("revoke")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
