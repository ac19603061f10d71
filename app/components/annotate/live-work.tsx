"use client";
import { RotateCcw, Square } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { useHotkeys } from "@/lib/client/annotate/use-hotkeys";
import { useLive } from "@/lib/client/annotate/use-live";
import type { Side } from "@/lib/contracts/annotation-shapes";
import type { AnnotatedItem } from "@/lib/contracts/assignments";
import type { DraftBody } from "@/lib/contracts/drafts";
import type { LiveSide, LiveState } from "@/lib/contracts/live";
import { Button } from "../button";
import { cn } from "../cn";
import { Textarea } from "../field";
import { Markdown } from "../markdown";
import { ErrorState } from "../states";
import { countWords, Dialogue, Turn } from "./dialogue";
import { NoveltyMeter } from "./novelty-meter";
import { type PairWorkProps, useVerdictWork, VerdictEdit, VerdictFooter } from "./pair-work";
import { Answer, Panes } from "./panes";
import { VerdictPanel } from "./verdict-panel";

type Props = Omit<PairWorkProps, "onChange"> & {
  assignmentId: string;
  live: LiveState;
  draft: DraftBody | null;
  onDraft: (draft: DraftBody) => void;
  /** Ends the dialogue after the turns judged so far. */
  onFinish: () => void;
};

/** A turn that the annotator starts: prompt, two answers side by side as they come, verdict; then the chosen one goes on. */
export function LiveWork(props: Props) {
  const { item } = props;
  const live = useLive(props.assignmentId, props.live);
  const { state } = live;
  const t = useTranslations("annotate.live");
  const messages =
    state.prompt === null || state.phase === "prompt"
      ? item.context
      : [...item.context, { role: "user" as const, content: state.prompt }];
  return (
    <div className="grid flex-1 grid-rows-[auto_1fr] lg:grid-rows-1 lg:grid-cols-[11rem_minmax(0,1fr)]">
      <TurnTree turn={item.turn} turnsMax={item.turnsMax} onFinish={props.onFinish} disabled={props.handedOver} />
      <div className="flex min-w-0 flex-col border-line lg:border-l">
        {state.phase === "prompt" ? (
          <SoFar messages={messages} />
        ) : (
          <Dialogue messages={messages} language={item.language} />
        )}
        {live.problem && <ErrorState className="m-4" error={live.problem} kept={t("kept")} />}
        {state.phase === "prompt" ? (
          <Composer {...props} onSend={live.send} />
        ) : (
          <LiveAnswers {...props} state={state} onStop={live.stop} onRetry={live.retry} />
        )}
      </div>
    </div>
  );
}

/** While writing, the dialogue stands open: the next message answers it. */
function SoFar({ messages }: { messages: AnnotatedItem["context"] }) {
  if (messages.length === 0) return null;
  return (
    <div className="flex flex-col gap-4 border-b border-line bg-sunken px-4 py-4">
      {messages.map((message, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a dialogue never reorders
        <Turn key={index} message={message} />
      ))}
    </div>
  );
}

const LONG_WORDS = 400;

function Composer({
  assignmentId,
  item,
  draft,
  onDraft,
  onSend,
  actions,
  status,
}: Props & { onSend: (content: string) => Promise<boolean> }) {
  const t = useTranslations("annotate.live");
  const [text, setText] = useState(draft?.prompt ?? "");
  const [busy, setBusy] = useState(false);
  const words = countWords(text, item.language);
  const send = async () => {
    if (text.trim() === "" || busy) return;
    setBusy(true);
    await onSend(text.trim());
    setBusy(false);
  };
  const hint = words === 0 ? "hintEmpty" : words < 4 ? "hintShort" : words > LONG_WORDS ? "hintLong" : "hintGood";
  return (
    <div className="flex-1 bg-surface p-4 lg:p-6">
      <div className="max-w-3xl">
        <label htmlFor="prompt" className="text-lg font-semibold">
          {item.turn === 1 ? t("first") : t("next")}
        </label>
        <p className="mb-3 text-muted">{item.campaign.kind === "red_team" ? t("redTeamHelp") : t("help")}</p>
        <Textarea
          id="prompt"
          lang={item.language}
          autoFocus
          value={text}
          maxLength={20_000}
          aria-describedby="prompt-hint"
          onChange={(event) => {
            setText(event.target.value);
            onDraft({ prompt: event.target.value });
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void send();
            if (event.key === "Escape") event.currentTarget.blur();
          }}
          className="min-h-40 text-read"
        />
        <p id="prompt-hint" className="mt-1 text-sm text-muted tabular-nums">
          {item.language} · {t("words", { count: words })} · {t(hint)}
        </p>
        <NoveltyMeter assignmentId={assignmentId} text={text} />
        <div className="mt-3 flex flex-wrap items-center justify-between gap-2">
          <div className="flex flex-wrap items-center gap-1">{actions}</div>
          <span className="ml-auto">{status}</span>
          <Button variant="primary" shortcut="Ctrl+Enter" busy={busy} disabled={text.trim() === ""} onClick={send}>
            {t("send")}
          </Button>
        </div>
      </div>
    </div>
  );
}

type Act = (side: Side) => Promise<boolean>;

function LiveAnswers(props: Props & { state: LiveState; onStop: Act; onRetry: Act }) {
  const { item, state, handedOver } = props;
  const t = useTranslations("annotate.live");
  const votable = state.phase === "votable";
  const [diff, setDiff] = useState(false);
  const toggleDiff = () => setDiff((on) => votable && !on);
  const texts = { a: state.a?.text ?? "", b: state.b?.text ?? "" };
  const work = useVerdictWork(
    { ...props, onChange: (form, durationMs) => props.onDraft({ ...form, durationMs }) },
    texts,
    { d: toggleDiff },
    votable,
  );
  const pane = (side: Side) => (
    <LivePane
      side={state[side]}
      name={side.toUpperCase()}
      onStop={() => props.onStop(side)}
      onRetry={() => props.onRetry(side)}
    >
      {diff ? (
        <Answer text={texts[side]} against={texts[side === "a" ? "b" : "a"]} side={side} language={item.language} />
      ) : (
        <Markdown text={texts[side]} />
      )}
    </LivePane>
  );
  return (
    <>
      <div className="flex flex-1 flex-col bg-surface">
        <Panes preferred={work.form.preferred}>{{ a: pane("a"), b: pane("b") }}</Panes>
      </div>
      <p aria-live="polite" className="sr-only">
        {votable ? t("ready") : t("answering")}
      </p>
      <VerdictEdit work={work} item={item} disabled={handedOver || !votable} />
      <VerdictPanel
        task={item.task}
        {...work.panel}
        disabled={handedOver || !votable}
        footer={
          <VerdictFooter
            work={work}
            actions={props.actions}
            status={props.status}
            handedOver={handedOver || !votable}
          />
        }
      />
    </>
  );
}

interface LivePaneProps {
  side: LiveSide | null;
  name: string;
  onStop: () => void;
  onRetry: () => void;
  children: ReactNode;
}

/** One answer as it comes. Both panes start and look alike; what is said about a failure names no policy. */
function LivePane({ side, name, onStop, onRetry, children }: LivePaneProps) {
  const t = useTranslations("annotate.live");
  if (!side) return null;
  const moving = side.state === "queued" || side.state === "running";
  const failed = side.state === "failed" || (side.state === "stopped" && side.text === "");
  return (
    <div className="flex min-h-40 flex-col" aria-busy={moving}>
      <div className="flex-1">{children}</div>
      {failed && (
        <p role="alert" className="mt-2 text-warn">
          {t(`error.${side.error ?? "empty"}`)}
        </p>
      )}
      <div className="mt-3 flex min-h-9 items-center gap-2 text-sm text-muted">
        {moving && (
          <Button
            size="sm"
            icon={<Square size={13} aria-hidden />}
            onClick={onStop}
            aria-label={t("stopSide", { side: name })}
          >
            {t("stop")}
          </Button>
        )}
        {failed && (
          <Button
            size="sm"
            icon={<RotateCcw size={13} aria-hidden />}
            onClick={onRetry}
            aria-label={t("retrySide", { side: name })}
          >
            {t("retry")}
          </Button>
        )}
        <span>
          {side.state === "queued" && t("state.queued")}
          {side.state === "running" && t("state.running")}
          {side.state === "stopped" && side.text !== "" && t("stopped")}
        </span>
      </div>
    </div>
  );
}

/** Turns from top to bottom; beside each judged one stands the sibling that was not chosen. */
function TurnTree({
  turn,
  turnsMax,
  onFinish,
  disabled,
}: {
  turn: number;
  turnsMax: number;
  onFinish: () => void;
  disabled: boolean;
}) {
  const t = useTranslations("annotate.live");
  useHotkeys(disabled ? {} : { c: onFinish });
  return (
    <aside className="flex items-center justify-between gap-3 border-b border-line bg-page px-4 py-2 lg:flex-col lg:items-stretch lg:justify-start lg:border-b-0 lg:py-4">
      <ol aria-label={t("tree")} className="flex gap-3 lg:flex-col lg:gap-0">
        {Array.from({ length: turn }, (_, index) => index + 1).map((number) => (
          <li
            key={number}
            aria-current={number === turn ? "step" : undefined}
            className="flex items-center gap-2 lg:min-h-9"
          >
            <span aria-hidden="true" className="flex items-center gap-1">
              <span className={cn("size-2.5 rounded-full", number === turn ? "ring-2 ring-accent" : "bg-accent")} />
              {number < turn && <span className="size-2.5 rounded-full border border-line-strong" />}
            </span>
            <span className={cn("text-sm", number === turn ? "font-semibold" : "text-muted")}>
              {t("turn", { number })}
              {number < turn && <span className="sr-only"> {t("judged")}</span>}
            </span>
          </li>
        ))}
      </ol>
      <p className="hidden text-xs text-muted lg:mt-2 lg:block">{t("turnsMax", { count: turnsMax })}</p>
      <Button size="sm" shortcut="c" className="lg:mt-4" disabled={disabled} onClick={onFinish}>
        {t("finish")}
      </Button>
    </aside>
  );
}
