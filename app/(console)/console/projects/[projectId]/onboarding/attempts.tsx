"use client";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { Badge, type Tone } from "@/app/components/badge";
import { Button } from "@/app/components/button";
import { Dialog, Drawer } from "@/app/components/dialog";
import { Field, Input } from "@/app/components/field";
import { FeedbackSections, RuleLines } from "@/app/components/onboarding/test-result";
import { EmptyState, ErrorState, Skeleton } from "@/app/components/states";
import { Table } from "@/app/components/table";
import { useAction, useRead } from "@/lib/client/console/use-endpoint";
import { useFilter } from "@/lib/client/console/use-filter";
import { usePages } from "@/lib/client/console/use-pages";
import {
  ATTEMPT_STATES,
  type AttemptRow,
  extendAttempt,
  getAttempt,
  listAttempts,
  voidAttempt,
} from "@/lib/contracts/entry-tests";
import { FilterSelect } from "../../../parts/filter-select";
import { When } from "../../../parts/when";

type Asking = { what: "extend" | "void" | "read"; attempt: AttemptRow };

export function Attempts({ projectId }: { projectId: string }) {
  const t = useTranslations("console.onboarding.attempts");
  const [state, setState] = useFilter("state", ATTEMPT_STATES);
  const [asking, setAsking] = useState<Asking | null>(null);
  const attempts = usePages(
    listAttempts,
    { params: { projectId }, query: { state } },
    { rows: (page) => page.rows, next: (page) => (page.next ? { after: page.next } : null) },
  );
  return (
    <>
      <div className="mb-4">
        <FilterSelect
          label={t("state")}
          all={t("all")}
          value={state}
          options={ATTEMPT_STATES.map((value) => ({ value, label: t(`states.${value}`) }))}
          onChange={setState}
        />
      </div>
      {attempts.error && <ErrorState error={attempts.error} className="mb-4" onRetry={attempts.refetch} />}
      <Table
        label={t("title")}
        rows={attempts.rows}
        rowKey={(row) => row.id}
        loading={attempts.loading}
        onLoadMore={attempts.onLoadMore}
        loadingMore={attempts.loadingMore}
        empty={<EmptyState title={t("empty")}>{t("emptyHint")}</EmptyState>}
        columns={[
          { key: "name", header: t("name"), cell: (row) => row.name },
          {
            key: "test",
            header: t("test"),
            cell: (row) => t("testVersion", { title: row.title, version: row.version }),
          },
          { key: "state", header: t("state"), cell: (row) => <State row={row} /> },
          {
            key: "answered",
            header: t("answered"),
            numeric: true,
            cell: (row) => t("of", { answered: row.answered, questions: row.questions }),
          },
          { key: "started", header: t("started"), cell: (row) => <When at={row.startedAt} /> },
          { key: "deadline", header: t("deadline"), cell: (row) => <Deadline row={row} /> },
          {
            key: "actions",
            header: <span className="sr-only">{t("actions")}</span>,
            cell: (row) => <Actions row={row} onAsk={setAsking} />,
          },
        ]}
      />
      {asking?.what === "read" && <ReadAttempt attempt={asking.attempt} onClose={() => setAsking(null)} />}
      {asking?.what === "extend" && <Extend attempt={asking.attempt} onClose={() => setAsking(null)} />}
      {asking?.what === "void" && <Void attempt={asking.attempt} onClose={() => setAsking(null)} />}
    </>
  );
}

function State({ row }: { row: AttemptRow }) {
  const t = useTranslations("console.onboarding.attempts");
  const key = row.state === "graded" && row.outcome ? row.outcome : row.state;
  const tones: Partial<Record<typeof key, Tone>> = { passed: "done", failed: "warn", running: "accent" };
  return (
    <>
      <Badge tone={tones[key] ?? "neutral"}>{t(`states.${key}`)}</Badge>
      {row.voidedReason && <p className="text-sm text-muted">{row.voidedReason}</p>}
    </>
  );
}

function Deadline({ row }: { row: AttemptRow }) {
  const t = useTranslations("console.onboarding.attempts");
  return (
    <>
      <When at={row.deadline} />
      {row.minutesAdded > 0 && <p className="text-sm text-muted">{t("added", { minutes: row.minutesAdded })}</p>}
    </>
  );
}

function Actions({ row, onAsk }: { row: AttemptRow; onAsk: (asking: Asking) => void }) {
  const t = useTranslations("console.onboarding.attempts");
  const { name } = row;
  return (
    <div className="flex justify-end gap-1">
      {row.state !== "running" && (
        <Button size="sm" onClick={() => onAsk({ what: "read", attempt: row })} aria-label={t("readNamed", { name })}>
          {t("read")}
        </Button>
      )}
      {row.state === "running" && (
        <Button
          size="sm"
          onClick={() => onAsk({ what: "extend", attempt: row })}
          aria-label={t("extendNamed", { name })}
        >
          {t("extend")}
        </Button>
      )}
      {row.state !== "void" && row.outcome !== "passed" && (
        <Button
          size="sm"
          variant="ghost"
          onClick={() => onAsk({ what: "void", attempt: row })}
          aria-label={t("voidNamed", { name })}
        >
          {t("void")}
        </Button>
      )}
    </div>
  );
}

function ReadAttempt({ attempt, onClose }: { attempt: AttemptRow; onClose: () => void }) {
  const t = useTranslations("console.onboarding.attempts");
  const read = useRead(getAttempt, { params: { attemptId: attempt.id } });
  return (
    <Drawer open onOpenChange={(open) => !open && onClose()} title={t("readNamed", { name: attempt.name })}>
      {read.error && <ErrorState error={read.error} onRetry={() => read.refetch()} />}
      {read.isPending && <Skeleton className="h-64" />}
      {read.data && (
        <div className="flex flex-col gap-4">
          <p className="text-muted">{read.data.title}</p>
          <RuleLines rules={read.data.rules} />
          <FeedbackSections feedback={read.data.feedback} />
        </div>
      )}
    </Drawer>
  );
}

function Extend({ attempt, onClose }: { attempt: AttemptRow; onClose: () => void }) {
  const t = useTranslations("console.onboarding.attempts");
  const extend = useAction(extendAttempt);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const minutes = Number(new FormData(event.currentTarget).get("minutes"));
    extend.mutate({ params: { attemptId: attempt.id }, body: { minutes } }, { onSuccess: onClose });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("extendNamed", { name: attempt.name })}
      description={t("extendText")}
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label={t("minutes")}>
          {(control) => (
            <Input {...control} name="minutes" type="number" required min={1} max={600} defaultValue={15} />
          )}
        </Field>
        {extend.error && <ErrorState error={extend.error} />}
        <Button type="submit" variant="primary" busy={extend.isPending}>
          {t("extend")}
        </Button>
      </form>
    </Dialog>
  );
}

function Void({ attempt, onClose }: { attempt: AttemptRow; onClose: () => void }) {
  const t = useTranslations("console.onboarding.attempts");
  const action = useAction(voidAttempt);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget).get("reason"));
    action.mutate({ params: { attemptId: attempt.id }, body: { reason } }, { onSuccess: onClose });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("voidNamed", { name: attempt.name })}
      description={t("voidText")}
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label={t("reason")}>{(control) => <Input {...control} name="reason" required maxLength={500} />}</Field>
        {action.error && <ErrorState error={action.error} />}
        <Button type="submit" variant="danger" busy={action.isPending}>
          {t("void")}
        </Button>
      </form>
    </Dialog>
  );
}
