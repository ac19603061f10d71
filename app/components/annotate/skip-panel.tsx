"use client";
import { useTranslations } from "next-intl";
import { type KeyboardEvent, useRef, useState } from "react";
import type { z } from "zod";
import { keyName } from "@/lib/client/annotate/key-name";
import type { skipModeSchema } from "@/lib/contracts/assignments";
import { Button } from "../button";
import { Dialog } from "../dialog";
import { Field, Textarea } from "../field";

export type SkipMode = z.infer<typeof skipModeSchema>;
const MODES: SkipMode[] = ["requeue_for_others", "requeue_for_me", "unusable"];
const REASONS = ["language", "expertise", "upsetting", "broken"] as const;

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onSkip: (reason: string, mode: SkipMode) => void;
}

/** Why, and what becomes of the item. Opening it changes nothing; the draft stays until the skip is sent. */
export function SkipDialog({ open, onOpenChange, onSkip }: Props) {
  const t = useTranslations("annotate.skip");
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t("title")} description={t("description")}>
      <SkipForm onSkip={onSkip} />
    </Dialog>
  );
}

function SkipForm({ onSkip }: Pick<Props, "onSkip">) {
  const t = useTranslations("annotate.skip");
  const [mode, setMode] = useState<SkipMode>("requeue_for_others");
  const [reason, setReason] = useState("");
  const send = useRef<HTMLButtonElement>(null);
  /** A digit names a reason and moves on to the button: s, 3, Enter. */
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target instanceof HTMLTextAreaElement || event.ctrlKey || event.metaKey || event.altKey) return;
    const known = REASONS[Number(keyName(event)) - 1];
    if (!known) return;
    event.preventDefault();
    setReason(t(`reason.${known}`));
    requestAnimationFrame(() => send.current?.focus());
  };
  return (
    <form
      className="flex flex-col gap-4"
      onKeyDown={onKeyDown}
      onSubmit={(event) => {
        event.preventDefault();
        if (reason.trim()) onSkip(reason.trim(), mode);
      }}
    >
      <fieldset>
        <legend className="mb-1.5 text-sm font-medium">{t("quick")}</legend>
        <div className="flex flex-wrap gap-1.5">
          {REASONS.map((known, index) => (
            <Button
              key={known}
              autoFocus={index === 0}
              size="sm"
              shortcut={String(index + 1)}
              aria-pressed={reason === t(`reason.${known}`)}
              onClick={() => setReason(t(`reason.${known}`))}
            >
              {t(`reason.${known}`)}
            </Button>
          ))}
        </div>
      </fieldset>
      <Field label={t("reasonLabel")}>
        {(control) => (
          <Textarea
            {...control}
            value={reason}
            required
            maxLength={500}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      <fieldset className="flex flex-col gap-1">
        <legend className="mb-1 text-sm font-medium">{t("modeLabel")}</legend>
        {MODES.map((value) => (
          <label key={value} className="flex min-h-8 items-center gap-2">
            <input
              type="radio"
              name="mode"
              checked={mode === value}
              onChange={() => setMode(value)}
              className="accent-accent"
            />
            {t(`mode.${value}`)}
          </label>
        ))}
      </fieldset>
      <Button ref={send} type="submit" variant="primary" shortcut="Enter" disabled={reason.trim() === ""}>
        {t("submit")}
      </Button>
    </form>
  );
}
