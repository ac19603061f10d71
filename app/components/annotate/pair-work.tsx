"use client";
import { useTranslations } from "next-intl";
import { type ReactNode, useRef, useState } from "react";
import { missingOf, SAFETY_KEYS, type Safety, STEPS, type VerdictForm } from "@/lib/client/annotate/steps";
import { type Hotkeys, useHotkeys } from "@/lib/client/annotate/use-hotkeys";
import { useDuration, useVerdict } from "@/lib/client/annotate/use-verdict";
import { FLAGGED_TAG, type Side } from "@/lib/contracts/annotation-shapes";
import type { AnnotatedItem } from "@/lib/contracts/assignments";
import type { Verdict } from "@/lib/contracts/comparisons";
import { Button } from "../button";
import { Dialogue } from "./dialogue";
import { EditedAnswer } from "./edited-answer";
import { Answer, Panes, useFocusOnMount } from "./panes";
import { VerdictPanel } from "./verdict-panel";

export interface PairWorkProps {
  item: AnnotatedItem;
  initial: VerdictForm;
  /** Time spent before, from a draft, milliseconds. */
  earlierMs: number;
  onChange: (form: VerdictForm, durationMs: number) => void;
  onSubmit: (verdict: Verdict) => void;
  /** Handed over and on its way out: nothing can be changed. */
  handedOver: boolean;
  /** Skip and undo. */
  actions: ReactNode;
  /** State of the draft. */
  status: ReactNode;
}

/** Two finished answers and the verdict on them. */
export function PairWork(props: PairWorkProps) {
  const { item, handedOver } = props;
  const top = useFocusOnMount<HTMLElement>();
  const t = useTranslations("annotate");
  const [diff, setDiff] = useState(false);
  const texts = { a: item.responseA ?? "", b: item.responseB ?? "" };
  const work = useVerdictWork(props, texts, { d: () => setDiff((on) => !on) });
  const pane = (side: "a" | "b") => (
    <Answer
      text={texts[side]}
      against={diff ? texts[side === "a" ? "b" : "a"] : undefined}
      side={side}
      language={item.language}
    />
  );
  return (
    <section
      ref={top}
      tabIndex={-1}
      aria-label={t("itemLabel", { name: item.campaign.name })}
      className="flex flex-1 flex-col outline-none"
    >
      <Dialogue messages={item.context} language={item.language} />
      <div className="flex flex-1 flex-col bg-surface">
        <Panes preferred={work.form.preferred}>{{ a: pane("a"), b: pane("b") }}</Panes>
      </div>
      <VerdictEdit work={work} item={item} disabled={handedOver} />
      <VerdictPanel
        task={item.task}
        {...work.panel}
        disabled={handedOver}
        footer={
          <VerdictFooter work={work} actions={props.actions} status={props.status} handedOver={handedOver}>
            <Button variant="ghost" size="sm" shortcut="d" aria-pressed={diff} onClick={() => setDiff(!diff)}>
              {t("verdict.diff")}
            </Button>
          </VerdictFooter>
        }
      />
    </section>
  );
}

/** The verdict's state, its keys and its submission: shared by finished pairs and live turns. `texts`: both answers. */
export function useVerdictWork(
  props: Omit<PairWorkProps, "actions" | "status">,
  texts: Record<Side, string>,
  extraKeys: Hotkeys,
  enabled = true,
) {
  const { item, handedOver, onSubmit } = props;
  const duration = useDuration(props.earlierMs);
  const note = useRef<HTMLTextAreaElement>(null);
  const editor = useRef<HTMLTextAreaElement>(null);
  const [noteOpen, setNoteOpen] = useState(false);
  const [asked, setAsked] = useState(false);
  const { form, change, toggleTag } = useVerdict(props.initial, (next) => props.onChange(next, duration()));
  const missing = missingOf(form, item.task);
  const active = enabled && !handedOver;

  const openNote = () => {
    setNoteOpen(true);
    requestAnimationFrame(() => note.current?.focus());
  };
  const submit = () => {
    if (!active) return;
    const { preferred, strength, safety, tags, rationale, editedResponse } = form;
    setAsked(true);
    if (missing.includes("why")) openNote();
    if (missing.length > 0 || !preferred || !strength) return;
    const verdict = { preferred, strength, tags, durationMs: duration() };
    const text = rationale.trim();
    // An edit that changes nothing says nothing.
    const isEdit = editedResponse?.trim() && editedResponse !== texts.a && editedResponse !== texts.b;
    onSubmit({
      ...verdict,
      ...(item.task === "safety" && safety ? { safety } : {}),
      ...(text ? { rationale: text } : {}),
      ...(isEdit && editedResponse ? { editedResponse } : {}),
    });
  };
  /** Starts from the preferred answer, so that answer has to be named first. */
  const openEdit = () => {
    if (!form.preferred) return setAsked(true);
    if (form.editedResponse === null) change({ editedResponse: texts[form.preferred] });
    requestAnimationFrame(() => editor.current?.focus());
  };
  const setSafety = (safety: Safety) => {
    change({ safety });
    if (safety === "preferred_unsafe") openNote();
  };
  const keys: Hotkeys = { ...extraKeys, Enter: submit, n: openNote, e: openEdit, f: () => toggleTag(FLAGGED_TAG) };
  for (const step of STEPS)
    keys[String(step.digit)] = () => change({ preferred: step.preferred, strength: step.strength });
  if (item.task === "safety")
    for (const [safety, key] of Object.entries(SAFETY_KEYS)) keys[key] = () => setSafety(safety as Safety);
  useHotkeys(active ? keys : extraKeys);

  const flagged = form.tags.includes(FLAGGED_TAG);
  const panel = { form, missing, onChange: change, onTag: toggleTag, noteRef: note, noteOpen, onNoteOpen: openNote };
  const edit = { texts, editor, open: openEdit, change: (text: string | null) => change({ editedResponse: text }) };
  return { form, missing, asked, submit, flagged, toggleFlag: () => toggleTag(FLAGGED_TAG), panel, edit };
}

type VerdictWork = ReturnType<typeof useVerdictWork>;

/** The annotator's own better answer, once they have begun one. */
export function VerdictEdit({
  work: { form, edit },
  item,
  disabled,
}: {
  work: VerdictWork;
  item: AnnotatedItem;
  disabled: boolean;
}) {
  if (form.editedResponse === null) return null;
  const side = form.preferred ?? "a";
  return (
    <EditedAnswer
      value={form.editedResponse}
      base={edit.texts[side]}
      side={side}
      language={item.language}
      disabled={disabled}
      onChange={edit.change}
      onRemove={() => edit.change(null)}
      textRef={edit.editor}
    />
  );
}

export function VerdictFooter({
  work,
  actions,
  status,
  handedOver,
  children,
}: {
  work: VerdictWork;
  actions: ReactNode;
  status: ReactNode;
  handedOver: boolean;
  children?: ReactNode;
}) {
  const t = useTranslations("annotate.verdict");
  return (
    <div className="flex flex-wrap items-center gap-x-1 gap-y-2">
      {actions}
      <Button
        variant="ghost"
        size="sm"
        shortcut="f"
        aria-pressed={work.flagged}
        onClick={work.toggleFlag}
        disabled={handedOver}
      >
        {work.flagged ? t("flagged") : t("flag")}
      </Button>
      <Button variant="ghost" size="sm" shortcut="e" onClick={work.edit.open} disabled={handedOver}>
        {t("edit")}
      </Button>
      {children}
      <span aria-live="polite" className="min-w-0 flex-1 text-right text-sm text-warn">
        {work.asked && work.missing.map((what) => t(`missing.${what}`)).join(" ")}
      </span>
      {status}
      <Button variant="primary" shortcut="Enter" className="max-sm:w-full" disabled={handedOver} onClick={work.submit}>
        {handedOver ? t("submitted") : t("submit")}
      </Button>
    </div>
  );
}
