"use client";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { Badge } from "@/app/components/badge";
import { Button } from "@/app/components/button";
import { Section } from "@/app/components/card";
import { Confirm } from "@/app/components/confirm";
import { Checkbox, Field, Input } from "@/app/components/field";
import { EmptyState, ErrorState } from "@/app/components/states";
import { Table } from "@/app/components/table";
import { useAction, useRead } from "@/lib/client/console/use-endpoint";
import { createToken, listTokens, revokeToken } from "@/lib/contracts/tokens";
import { SCOPES, type Scope } from "@/lib/domain/roles";
import { When } from "../parts/when";

export function Tokens() {
  const t = useTranslations("console.tokens");
  const tokens = useRead(listTokens);
  const revoke = useAction(revokeToken);
  const [leaving, setLeaving] = useState<{ id: string; name: string } | null>(null);
  return (
    <Section title={t("title")} description={t("description")}>
      <CreateToken />
      {tokens.error && <ErrorState className="my-4" error={tokens.error} onRetry={() => tokens.refetch()} />}
      <Table
        label={t("title")}
        rows={tokens.data?.rows ?? []}
        rowKey={(token) => token.id}
        loading={tokens.isPending}
        empty={<EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>}
        columns={[
          { key: "name", header: t("name"), cell: (token) => token.name },
          { key: "scopes", header: t("scopes"), cell: (token) => token.scopes.join(", ") },
          { key: "expires", header: t("expires"), cell: (token) => <When at={token.expiresAt} /> },
          { key: "used", header: t("used"), cell: (token) => <When at={token.lastUsedAt} /> },
          {
            key: "revoke",
            header: t("state"),
            cell: (token) =>
              token.revokedAt ? (
                <Badge tone="warn">{t("revoked")}</Badge>
              ) : (
                <Button size="sm" variant="ghost" onClick={() => setLeaving(token)}>
                  {t("revoke")}
                </Button>
              ),
          },
        ]}
      />
      {leaving && (
        <Confirm
          title={t("revokeTitle", { name: leaving.name })}
          description={t("revokeHint")}
          action={t("revoke")}
          busy={revoke.isPending}
          error={revoke.error}
          onConfirm={() => revoke.mutate({ params: { id: leaving.id } }, { onSuccess: () => setLeaving(null) })}
          onClose={() => setLeaving(null)}
        />
      )}
    </Section>
  );
}

function CreateToken() {
  const t = useTranslations("console.tokens");
  const action = useAction(createToken);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const scopes = form.getAll("scope") as Scope[];
    const expiresInDays = Number(form.get("days"));
    action.mutate({ body: { name: String(form.get("name")), scopes, expiresInDays } });
  };
  return (
    <form onSubmit={submit} className="mb-4 flex flex-col gap-3 border-b border-line pb-4">
      <div className="grid gap-4 sm:grid-cols-[minmax(0,1fr)_8rem]">
        <Field label={t("name")}>{(control) => <Input {...control} name="name" required maxLength={100} />}</Field>
        <Field label={t("days")}>
          {(control) => <Input {...control} name="days" type="number" min={1} max={730} defaultValue={90} required />}
        </Field>
      </div>
      <fieldset className="flex flex-wrap gap-x-5">
        <legend className="text-sm font-medium">{t("scopes")}</legend>
        {SCOPES.map((scope) => (
          <Checkbox key={scope} name="scope" value={scope} label={t(`scope.${scope}`)} />
        ))}
      </fieldset>
      {action.error && <ErrorState error={action.error} />}
      {action.data && (
        <div role="status" className="rounded-md bg-accent-soft p-3">
          <p className="text-sm">{t("shownOnce")}</p>
          <code className="block break-all select-all">{action.data.token}</code>
        </div>
      )}
      <div>
        <Button type="submit" busy={action.isPending}>
          {t("create")}
        </Button>
      </div>
    </form>
  );
}
