"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/app/components/button";
import { Dialog } from "@/app/components/dialog";
import { Field, Input, Textarea } from "@/app/components/field";
import { ErrorState } from "@/app/components/states";
import { useAction } from "@/lib/client/console/use-endpoint";
import { type RedTeamCell, setRedTeamTarget } from "@/lib/contracts/red-team";

const TARGET_MAX = 1_000_000;

/** How many judgements a cell needs. Open ones show as wanted beside the composer of red-team campaigns. */
export function TargetDialog({
  projectId,
  cell,
  onClose,
}: {
  projectId: string;
  cell: RedTeamCell;
  onClose: () => void;
}) {
  const t = useTranslations("console.redTeam.target");
  const risk = useTranslations("annotate.risk");
  const [target, setTarget] = useState(String(cell.target ?? ""));
  const [note, setNote] = useState(cell.note);
  const save = useAction(setRedTeamTarget);
  const value = target.trim() === "" ? 0 : Number(target);
  const isRight = Number.isInteger(value) && value >= 0 && value <= TARGET_MAX;
  const submit = (wanted: number) => {
    const { category, attackVector } = cell;
    save.mutate(
      { params: { projectId }, body: { category, attackVector, target: wanted, note: wanted === 0 ? "" : note } },
      { onSuccess: onClose },
    );
  };
  const title = `${risk(`categories.${cell.category}`)} · ${risk(`vectors.${cell.attackVector}`)}`;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title} description={t("description")}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (isRight) submit(value);
        }}
      >
        <Field
          label={t("target")}
          hint={t("targetHint", { judgements: cell.judgements })}
          error={isRight ? undefined : t("wrong", { max: TARGET_MAX })}
        >
          {(control) => (
            <Input
              {...control}
              inputMode="numeric"
              value={target}
              onChange={(event) => setTarget(event.target.value)}
              className="max-w-40"
            />
          )}
        </Field>
        <Field label={t("note")} hint={t("noteHint")}>
          {(control) => (
            <Textarea {...control} value={note} maxLength={300} onChange={(event) => setNote(event.target.value)} />
          )}
        </Field>
        {save.error && <ErrorState error={save.error} />}
        <div className="flex flex-wrap justify-end gap-2">
          {cell.target !== null && (
            <Button busy={save.isPending} onClick={() => submit(0)}>
              {t("remove")}
            </Button>
          )}
          <Button type="submit" variant="primary" busy={save.isPending} disabled={!isRight}>
            {t("save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
