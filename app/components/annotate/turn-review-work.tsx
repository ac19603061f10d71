"use client";
import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { keyLabel } from "@/lib/client/annotate/key-name";
import { useKeys } from "@/lib/client/annotate/preferences";
import { useHotkeys } from "@/lib/client/annotate/use-hotkeys";
import { useDuration } from "@/lib/client/annotate/use-verdict";
import type { TurnVerdict } from "@/lib/contracts/annotation-shapes";
import type { AnnotatedItem } from "@/lib/contracts/assignments";
import type { DraftBody } from "@/lib/contracts/drafts";
import { Button } from "../button";
import { cn } from "../cn";
import { Textarea } from "../field";
import { Kbd } from "../kbd";
import { Turn } from "./dialogue";

const ACTIONS = { kept: "kept", broken: "broken", not_applicable: "notApplicable" } as const;
const VERDICTS = ["kept", "broken", "not_applicable"] as const;
const FILLS = { kept: "bg-done", broken: "bg-danger", not_applicable: "bg-line-strong" } as const;

export interface TurnReviewResult {
  verdicts: TurnVerdict[];
  note?: string;
  durationMs: number;
}
interface Props {
  item: AnnotatedItem;
  draft: DraftBody | null;
  onChange: (draft: DraftBody) => void;
  onSubmit: (result: TurnReviewResult) => void;
  handedOver: boolean;
  actions: ReactNode;
  status: ReactNode;
}

/** Ghost Attention: does every answer still keep the instruction of the first turn? */
export function TurnReviewWork({ item, draft, onChange, onSubmit, handedOver, actions, status }: Props) {
  const t = useTranslations("annotate.turns");
  const answers = item.context.flatMap((message, index) => (message.role === "assistant" ? [index] : []));
  const [verdicts, setVerdicts] = useState<(TurnVerdict | null)[]>(() =>
    answers.map((_, index) => draft?.verdicts?.[index] ?? null),
  );
  const [note, setNote] = useState(draft?.note ?? "");
  const [active, setActive] = useState(0);
  const duration = useDuration(draft?.durationMs ?? 0);
  const submitKey = useKeys().submit;
  const left = verdicts.filter((verdict) => verdict === null).length;

  const keep = (nextVerdicts: (TurnVerdict | null)[], nextNote: string) => {
    setVerdicts(nextVerdicts);
    setNote(nextNote);
    onChange({ verdicts: nextVerdicts, note: nextNote, durationMs: duration() });
  };
  const decide = (index: number, verdict: TurnVerdict) => {
    if (handedOver) return;
    keep(verdicts.with(index, verdict), note);
    setActive(Math.min(index + 1, answers.length - 1));
  };
  const submit = () => {
    if (left > 0 || handedOver) return;
    const decided = verdicts.filter((verdict) => verdict !== null);
    onSubmit({ verdicts: decided, ...(note.trim() ? { note: note.trim() } : {}), durationMs: duration() });
  };
  const walk = (by: number) => setActive((now) => Math.min(answers.length - 1, Math.max(0, now + by)));
  useHotkeys({
    kept: () => decide(active, "kept"),
    broken: () => decide(active, "broken"),
    notApplicable: () => decide(active, "not_applicable"),
    nextTurn: () => walk(1),
    previousTurn: () => walk(-1),
    submit,
  });
  return (
    <div className="grid flex-1 grid-rows-[auto_1fr] lg:grid-rows-1 lg:grid-cols-[20rem_minmax(0,1fr)]">
      <aside className="border-b border-line bg-sunken p-4 lg:sticky lg:top-0 lg:h-fit lg:max-h-dvh lg:overflow-y-auto lg:border-b-0">
        <h2 className="text-sm font-medium text-muted">{t("instruction")}</h2>
        <p lang={item.language} dir="auto" className="prose-answer mt-1 font-medium whitespace-pre-wrap">
          {item.instruction}
        </p>
        <LossBar verdicts={verdicts} active={active} onGo={setActive} />
      </aside>
      <div className="flex min-w-0 flex-col border-line bg-surface lg:border-l">
        <ol className="flex flex-1 flex-col">
          {item.context.map((message, index) => {
            const answer = answers.indexOf(index);
            if (answer < 0)
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: a dialogue never reorders
                <li key={index} className="border-b border-l-3 border-line border-l-transparent px-4 py-3">
                  <Turn message={message} language={item.language} />
                </li>
              );
            return (
              <AnswerTurn
                // biome-ignore lint/suspicious/noArrayIndexKey: a dialogue never reorders
                key={index}
                number={answer + 1}
                text={message.content}
                language={item.language}
                verdict={verdicts[answer] ?? null}
                active={active === answer}
                disabled={handedOver}
                onActivate={() => setActive(answer)}
                onDecide={(verdict) => decide(answer, verdict)}
              />
            );
          })}
        </ol>
        <footer className="flex flex-col gap-2 border-t border-line bg-page px-4 py-3 lg:sticky lg:bottom-0">
          <Textarea
            aria-label={t("note")}
            placeholder={t("note")}
            value={note}
            disabled={handedOver}
            onChange={(event) => keep(verdicts, event.target.value)}
            onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
            className="min-h-10"
          />
          <div className="flex flex-wrap items-center gap-2">
            {actions}
            <span aria-live="polite" className="flex-1 text-right text-sm text-muted">
              {t("left", { count: left })}
            </span>
            {status}
            <Button variant="primary" shortcut={submitKey} disabled={left > 0 || handedOver} onClick={submit}>
              {t("submit")}
            </Button>
          </div>
        </footer>
      </div>
    </div>
  );
}

/** Where along the dialogue the instruction was lost: one segment per answer, which leads there. */
function LossBar({
  verdicts,
  active,
  onGo,
}: {
  verdicts: (TurnVerdict | null)[];
  active: number;
  onGo: (answer: number) => void;
}) {
  const t = useTranslations("annotate.turns");
  const lost = verdicts.indexOf("broken");
  return (
    <div className="mt-4">
      <ol aria-label={t("bar")} className="flex gap-1">
        {verdicts.map((verdict, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: one segment per turn, in order
          <li key={index} className="flex-1">
            <button
              type="button"
              aria-label={t("segment", { turn: index + 1, verdict: verdict ? t(`verdict.${verdict}`) : t("open") })}
              aria-current={active === index ? "step" : undefined}
              onClick={() => onGo(index)}
              className="flex min-h-6 w-full items-center"
            >
              <span
                className={cn(
                  "h-2 w-full rounded-sm",
                  verdict ? FILLS[verdict] : "border border-line-strong/60",
                  active === index && "ring-2 ring-accent",
                )}
              />
            </button>
          </li>
        ))}
      </ol>
      <p aria-live="polite" className="mt-1.5 min-h-5 text-sm text-muted">
        {lost >= 0 && t("lostAt", { turn: lost + 1 })}
      </p>
    </div>
  );
}

interface AnswerTurnProps {
  number: number;
  text: string;
  language: string;
  verdict: TurnVerdict | null;
  active: boolean;
  disabled: boolean;
  onActivate: () => void;
  onDecide: (verdict: TurnVerdict) => void;
}

function AnswerTurn({ number, text, language, verdict, active, disabled, onActivate, onDecide }: AnswerTurnProps) {
  const t = useTranslations("annotate.turns");
  const keys = useKeys();
  const group = useId();
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (active) row.current?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    <li
      ref={row}
      aria-current={active ? "step" : undefined}
      onFocus={onActivate}
      className={cn(
        "scroll-my-32 border-b border-l-3 border-line border-l-transparent px-4 py-3",
        active && "border-l-accent bg-accent-soft/40",
      )}
    >
      <Turn message={{ role: "assistant", content: text }} language={language} />
      <fieldset disabled={disabled} className="mt-3 flex flex-wrap gap-1.5 sm:ml-20">
        <legend className="sr-only">{t("question", { turn: number })}</legend>
        {VERDICTS.map((value) => (
          <label
            key={value}
            className={cn(
              "relative flex min-h-9 cursor-pointer items-center gap-1.5 rounded-md border border-line-strong/50 bg-surface px-2.5 text-sm",
              "has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
              verdict === value && value === "kept" && "border-done bg-done-soft font-semibold text-done",
              verdict === value && value === "broken" && "border-danger bg-danger-soft font-semibold text-danger",
              verdict === value && value === "not_applicable" && "border-line-strong bg-sunken font-semibold",
            )}
          >
            <input
              type="radio"
              name={group}
              checked={verdict === value}
              onChange={() => onDecide(value)}
              aria-keyshortcuts={keys[ACTIONS[value]]}
              className="absolute inset-0 cursor-pointer opacity-0"
            />
            <Kbd className={active ? "" : "opacity-40"}>{keyLabel(keys[ACTIONS[value]])}</Kbd>
            {t(`verdict.${value}`)}
          </label>
        ))}
      </fieldset>
    </li>
  );
}
