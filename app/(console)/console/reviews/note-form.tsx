"use client";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { Button } from "@/app/components/button";
import { Field, Textarea } from "@/app/components/field";
import { useCaseKeys } from "@/lib/client/console/use-case-keys";

interface NoteFormProps {
  label: ReactNode;
  hint: ReactNode;
  /** The button's word. */
  send: string;
  tone: "primary" | "danger";
  /** What stands there to begin with. */
  initial?: string;
  onSend: (note: string) => void;
  onClose: () => void;
}

/** A decision that needs words: written in place of the buttons, sent by Ctrl+Enter, left by Esc. */
export function NoteForm({ label, hint, send, tone, initial = "", onSend, onClose }: NoteFormProps) {
  const t = useTranslations("console.reviews");
  const [note, setNote] = useState(initial);
  const isReady = note.trim() !== "";
  const submit = () => isReady && onSend(note);
  useCaseKeys({ "Ctrl+Enter": submit, Escape: onClose });
  return (
    <div className="flex max-w-read flex-col gap-3 border-t border-line pt-3">
      <Field label={label} hint={hint}>
        {(control) => (
          <Textarea
            {...control}
            autoFocus
            dir="auto"
            maxLength={10_000}
            value={note}
            onChange={(event) => setNote(event.target.value)}
            onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
          />
        )}
      </Field>
      <div className="flex flex-wrap gap-2">
        <Button variant={tone} shortcut="Ctrl+Enter" disabled={!isReady} onClick={submit}>
          {send}
        </Button>
        <Button variant="ghost" shortcut="Esc" onClick={onClose}>
          {t("cancel")}
        </Button>
      </div>
    </div>
  );
}
