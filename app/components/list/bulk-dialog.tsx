"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { callFor } from "@/lib/client/call";
import { useBulkPreview } from "@/lib/client/console/list/use-bulk-preview";
import { useAction } from "@/lib/client/console/use-endpoint";
import { applyBulkAction, type BulkPreview, type BulkRequest, undoBulkAction } from "@/lib/contracts/bulk-actions";
import { Button } from "../button";
import { Dialog } from "../dialog";
import { ErrorState, Skeleton } from "../states";
import { toast } from "../toast";

interface BulkDialogProps {
  projectId: string;
  title: string;
  description?: string;
  /** Null while something has still to be filled in. */
  request: BulkRequest | null;
  /** The fields of the action. */
  children?: ReactNode;
  /** A field's value in words. */
  say: (field: string, value: unknown) => string;
  onClose: () => void;
  onDone: () => void;
}

const UNDO_TOAST_MS = 20_000;

/** Shows what would happen before it happens; afterwards it can be undone. */
export function BulkDialog({
  projectId,
  title,
  description,
  request,
  children,
  say,
  onClose,
  onDone,
}: BulkDialogProps) {
  const t = useTranslations("console.list");
  const preview = useBulkPreview(projectId, request);
  const apply = useAction(applyBulkAction);
  const undo = useUndo();
  const data = request && !preview.isPlaceholderData ? preview.data : undefined;
  const confirm = () => {
    if (!request || !data) return;
    const body = { request, expectedChanges: data.changes };
    apply.mutate(
      { params: { projectId }, body },
      {
        onSuccess: (made) => {
          onDone();
          if (made) toast(doneToast(t("done", { count: made.rows }), t("undo"), () => undo(made.id)));
        },
        onError: () => void preview.refetch(),
      },
    );
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title} description={description}>
      <div className="flex flex-col gap-4">
        {children}
        {preview.error && <ErrorState error={preview.error} onRetry={() => preview.refetch()} />}
        {/* There before it is filled: a live region that comes with its text is not read out. */}
        <div aria-live="polite">
          {request && !data && !preview.error && <Skeleton className="h-24" />}
          {data && <Preview preview={data} say={say} />}
        </div>
        {apply.error && <ErrorState error={apply.error} kept={t("nothingChanged")} />}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button variant="primary" busy={apply.isPending} disabled={!data || data.changes === 0} onClick={confirm}>
            {apply.isPending ? t("changing") : t("change", { count: data?.changes ?? 0 })}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

const doneToast = (title: string, label: string, run: () => void) => ({
  title,
  tone: "done" as const,
  durationMs: UNDO_TOAST_MS,
  action: { label, run },
});

/** Undoes and says what came of it, also when the dialog that offered it has long been closed. */
export function useUndo() {
  const t = useTranslations("console.list");
  const client = useQueryClient();
  const { mutate } = useMutation({
    mutationFn: (bulkActionId: string) => callFor(undoBulkAction, { params: { bulkActionId } }),
    onSuccess: ({ restored, refused, refusedIds }) => {
      const kept =
        refused > 0
          ? { description: t("refused", { count: refused, ids: shortIds(refusedIds) }), durationMs: UNDO_TOAST_MS }
          : {};
      toast({ title: t("undone", { count: restored }), ...kept });
      return client.invalidateQueries();
    },
    onError: (error) => toast({ title: t("undoFailed"), description: error.message, tone: "danger" }),
  });
  return mutate;
}

const IDS_SHOWN = 5;
const shortIds = (ids: string[]): string =>
  ids
    .slice(0, IDS_SHOWN)
    .map((id) => id.slice(0, 8))
    .join(", ") + (ids.length > IDS_SHOWN ? " …" : "");

function Preview({ preview, say }: { preview: BulkPreview; say: BulkDialogProps["say"] }) {
  const t = useTranslations("console.list");
  return (
    <div className="rounded-md border border-line p-3">
      <p className="font-medium">{t("preview", { changes: preview.changes, selected: preview.selected })}</p>
      {preview.skipped.length > 0 && (
        <ul className="mt-1 list-disc pl-5 text-sm text-muted">
          {preview.skipped.map(({ reason, rows }) => (
            <li key={reason}>{t(`skipped.${reason}`, { count: rows })}</li>
          ))}
        </ul>
      )}
      {preview.examples.length > 0 && (
        <ul className="mt-2 flex flex-col gap-1 text-sm">
          {preview.examples.map((example) => (
            <li key={example.id} className="min-w-0">
              <span className="line-clamp-1">{example.text ?? example.id.slice(0, 8)}</span>
              <span className="text-muted">
                {Object.keys(example.after)
                  .filter((field) => example.before[field] !== example.after[field])
                  .map((field) => `${say(field, example.before[field])} → ${say(field, example.after[field])}`)
                  .join(", ")}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
