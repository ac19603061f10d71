"use client";
import { useTranslations } from "next-intl";
import { type ReactNode, useRef, useState } from "react";
import { keyLabel } from "@/lib/client/annotate/key-name";
import { useKeys } from "@/lib/client/annotate/preferences";
import {
  type Missing,
  missingOf,
  SAFETY_ACTIONS,
  SAFETY_ANSWERS,
  type Safety,
  STEPS,
  type VerdictForm,
  verdictOf,
} from "@/lib/client/annotate/steps";
import { type Hotkeys, useHotkeys } from "@/lib/client/annotate/use-hotkeys";
import { useDuration, useVerdict } from "@/lib/client/annotate/use-verdict";
import { FLAGGED_TAG, type Side } from "@/lib/contracts/annotation-shapes";
import type { AnnotatedItem } from "@/lib/contracts/assignments";
import type { Verdict } from "@/lib/contracts/comparisons";
import { Button } from "../button";
import { cn } from "../cn";
import { Dialogue } from "./dialogue";
import { EditedAnswer } from "./edited-answer";
import { Answer, Panes, useApart, useFocusOnMount } from "./panes";
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
  const keys = useKeys();
  const [diff, setDiff] = useState(false);
  const [apart, toggleApart] = useApart();
  const texts = { a: item.responseA ?? "", b: item.responseB ?? "" };
  const work = useVerdictWork(props, texts, { diff: () => setDiff((on) => !on), scroll: toggleApart });
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
      <div className="flex flex-auto flex-col bg-surface">
        <Panes preferred={work.form.preferred} apart={apart}>
          {{ a: pane("a"), b: pane("b") }}
        </Panes>
      </div>
      <VerdictEdit work={work} item={item} disabled={handedOver} />
      <VerdictPanel
        item={item}
        {...work.panel}
        disabled={handedOver}
        footer={
          <VerdictFooter work={work} actions={props.actions} status={props.status} handedOver={handedOver}>
            <Button variant="ghost" size="sm" shortcut={keys.diff} aria-pressed={diff} onClick={() => setDiff(!diff)}>
              {t("verdict.diff")}
            </Button>
            <Button
              variant="ghost"
              size="sm"
              shortcut={keys.scroll}
              aria-pressed={!apart}
              onClick={toggleApart}
              className="max-lg:hidden"
            >
              {t("verdict.scrollTogether")}
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
  const [unfolded, setUnfolded] = useState(false);
  const { form, change, toggle } = useVerdict(props.initial, (next) => props.onChange(next, duration()));
  const missing = missingOf(form, item.task);
  const active = enabled && !handedOver;

  const openNote = () => {
    setNoteOpen(true);
    setUnfolded(true);
    requestAnimationFrame(() => note.current?.focus());
  };
  const submit = () => {
    if (!active) return;
    setAsked(true);
    if (missing.includes("why")) openNote();
    if (missing.includes("severity")) setUnfolded(true);
    const { preferred, strength } = form;
    if (missing.length > 0 || !preferred || !strength) return;
    const verdict = verdictOf({ ...form, preferred, strength }, item.task, [texts.a, texts.b]);
    onSubmit({ ...verdict, durationMs: duration() });
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
  const toggleFlag = () => toggle("tags", FLAGGED_TAG);
  const keys: Hotkeys = {
    ...extraKeys,
    submit,
    note: openNote,
    edit: openEdit,
    flag: toggleFlag,
    bothUnacceptable: () => change({ bothUnacceptable: !form.bothUnacceptable }),
  };
  for (const { action, preferred, strength } of STEPS) keys[action] = () => change({ preferred, strength });
  if (item.task === "safety")
    for (const safety of SAFETY_ANSWERS) keys[SAFETY_ACTIONS[safety]] = () => setSafety(safety);
  useHotkeys(active ? keys : extraKeys);

  const flagged = form.tags.includes(FLAGGED_TAG);
  const onReason = (reason: VerdictForm["reasons"][number]) => toggle("reasons", reason);
  const panel = {
    form,
    onChange: change,
    onSafety: setSafety,
    onReason,
    noteRef: note,
    noteOpen,
    onNoteOpen: openNote,
    unfolded,
    onUnfold: setUnfolded,
  };
  const edit = { texts, editor, open: openEdit, change: (text: string | null) => change({ editedResponse: text }) };
  return { form, missing, asked, submit, flagged, toggleFlag, panel, edit };
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
  const keys = useKeys();
  const names = useMissingNames();
  return (
    <div className="contents flex-wrap items-center gap-x-1 gap-y-2 lg:flex">
      <div className={cn("flex flex-wrap items-center gap-1", !work.panel.unfolded && "max-lg:hidden")}>
        {actions}
        <Button
          variant="ghost"
          size="sm"
          shortcut={keys.flag}
          aria-pressed={work.flagged}
          onClick={work.toggleFlag}
          disabled={handedOver}
        >
          {work.flagged ? t("flagged") : t("flag")}
        </Button>
        <Button variant="ghost" size="sm" shortcut={keys.edit} onClick={work.edit.open} disabled={handedOver}>
          {t("edit")}
        </Button>
        {children}
      </div>
      <div className="sticky bottom-0 flex shrink-0 flex-wrap items-center gap-x-1 bg-page pb-2 lg:static lg:flex-1 lg:pb-0">
        <span role="status" className="min-w-0 text-sm text-warn max-lg:w-full lg:flex-1 lg:text-right">
          {work.asked && work.missing.map(names).join(" ")}
        </span>
        {status}
        <Button
          variant="primary"
          shortcut={keys.submit}
          className="max-lg:min-h-11 max-lg:flex-1"
          disabled={handedOver}
          onClick={work.submit}
        >
          {handedOver ? t("submitted") : t("submit")}
        </Button>
      </div>
    </div>
  );
}

/** What is still open, in words that name the keys as the person has them. */
function useMissingNames() {
  const t = useTranslations("annotate.verdict");
  const keys = useKeys();
  return (what: Missing): string => {
    if (what === "step") return t("missing.step", { first: keyLabel(keys.step1), last: keyLabel(keys.step8) });
    if (what === "safety")
      return t("missing.safety", {
        keys: SAFETY_ANSWERS.map((answer) => keyLabel(keys[SAFETY_ACTIONS[answer]])).join(" "),
      });
    return t(`missing.${what}`);
  };
}
