"use client";
import { useFormatter, useTranslations } from "next-intl";
import { type FormEvent, useId } from "react";
import { When } from "@/app/(console)/console/parts/when";
import { Badge } from "@/app/components/badge";
import { Button } from "@/app/components/button";
import { Dialog } from "@/app/components/dialog";
import { Field, Select, Textarea } from "@/app/components/field";
import { EmptyState, ErrorState, Skeleton } from "@/app/components/states";
import { useAction, useRead } from "@/lib/client/console/use-endpoint";
import type { PolicyView } from "@/lib/contracts/policies";
import { checkPolicyVariant, listPolicyChecks, type PolicyCheck } from "@/lib/contracts/policy-checks";

const POLL_MS = 1000;

const useChecks = (policyId: string) =>
  useRead(
    listPolicyChecks,
    { params: { id: policyId } },
    { pollWhile: (data) => (data?.checks.some(({ state }) => state === "queued") ? POLL_MS : false) },
  );

/** One word on whether the policy answers: its newest test prompt, else how its live answers of the last day ended. */
export function PolicyHealth({ policyId }: { policyId: string }) {
  const t = useTranslations("console.policies.health");
  const format = useFormatter();
  const { data } = useChecks(policyId);
  const newest = data?.checks.find(({ state }) => state !== "queued");
  const { done = 0, failed = 0 } = data?.answers ?? {};
  if (newest?.state === "failed") return <Badge tone="danger">{t("failed")}</Badge>;
  if (newest)
    return (
      <Badge tone="done">
        {t("answered", { seconds: format.number((newest.durationMs ?? 0) / 1000, { maximumFractionDigits: 1 }) })}
      </Badge>
    );
  if (done + failed === 0) return null;
  return <Badge tone={failed > done ? "danger" : "done"}>{t("today", { done, failed })}</Badge>;
}

/** Asks a variant something, as an annotator's prompt would. The worker answers, so the dialog may be closed meanwhile. */
export function TestPrompt({ policy, onClose }: { policy: PolicyView; onClose: () => void }) {
  const t = useTranslations("console.policies.health");
  const checks = useChecks(policy.id);
  const check = useAction(checkPolicyVariant);
  const list = useId();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    check.mutate({ params: { id: String(form.get("variant")) }, body: { prompt: String(form.get("prompt")) } });
  };
  const waiting = checks.data?.checks.some(({ state }) => state === "queued") ?? false;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t("title", { name: policy.name })}>
      <form onSubmit={submit} className="flex flex-col gap-3">
        <Field label={t("variant")}>
          {(control) => (
            <Select {...control} name="variant">
              {policy.variants.map((variant) => (
                <option key={variant.id} value={variant.id}>
                  {variant.name}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t("prompt")}>
          {(control) => (
            <Textarea {...control} name="prompt" required maxLength={4000} rows={3} defaultValue={t("example")} />
          )}
        </Field>
        {check.error && <ErrorState error={check.error} />}
        <Button type="submit" variant="primary" busy={check.isPending || waiting} className="self-start">
          {waiting ? t("waiting") : t("send")}
        </Button>
      </form>
      <h3 id={list} className="mt-5 mb-2 font-medium">
        {t("results")}
      </h3>
      {checks.error && <ErrorState error={checks.error} onRetry={() => checks.refetch()} />}
      {checks.isPending && <Skeleton className="h-16" />}
      {checks.data?.checks.length === 0 && <EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>}
      <ul aria-labelledby={list} aria-live="polite" className="divide-y divide-line">
        {checks.data?.checks.map((row) => (
          <li key={row.id} className="py-2">
            <Result check={row} />
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function Result({ check }: { check: PolicyCheck }) {
  const t = useTranslations("console.policies.health");
  const format = useFormatter();
  const tone = { queued: "accent", done: "done", failed: "danger" } as const;
  return (
    <>
      <p className="flex flex-wrap items-center gap-2 text-sm">
        <Badge tone={tone[check.state]}>{t(`states.${check.state}`)}</Badge>
        <span>{check.variant}</span>
        {check.firstTextMs !== null && (
          <span className="text-muted tabular-nums">
            {t("timing", { first: format.number(check.firstTextMs), all: format.number(check.durationMs ?? 0) })}
          </span>
        )}
        <span className="text-muted">
          <When at={check.createdAt} />
        </span>
      </p>
      <p className="mt-1 text-sm text-muted">{check.prompt}</p>
      {check.text && <p className="mt-1 whitespace-pre-wrap">{check.text}</p>}
      {check.error && <p className="mt-1 text-danger">{check.error}</p>}
    </>
  );
}
