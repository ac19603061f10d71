"use client";
import { RotateCcw, Square } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useLive } from "@/lib/client/annotate/use-live";
import type { Side } from "@/lib/contracts/annotation-shapes";
import type { AnnotatedItem } from "@/lib/contracts/assignments";
import type { Verdict } from "@/lib/contracts/comparisons";
import type { DraftBody } from "@/lib/contracts/drafts";
import type { LiveSide, LiveState } from "@/lib/contracts/live";
import { detectLanguage } from "@/lib/domain/language";
import { Button } from "../button";
import { Textarea } from "../field";
import { Markdown } from "../markdown";
import { ErrorState } from "../states";
import { countWords, Dialogue, Turn } from "./dialogue";
import { HarmVeil } from "./harm-veil";
import { NoveltyMeter } from "./novelty-meter";
import { type PairWorkProps, useVerdictWork, VerdictEdit, VerdictFooter } from "./pair-work";
import { Answer, Panes, useApart } from "./panes";
import { TurnTree } from "./turn-tree";
import { VerdictPanel } from "./verdict-panel";
import { WantedCells } from "./wanted-cells";

type Props = Omit<PairWorkProps, "onChange"> & {
  assignmentId: string;
  projectId: string;
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
      <TurnTree assignmentId={props.assignmentId} item={item} onFinish={props.onFinish} disabled={props.handedOver} />
      <div className="flex min-w-0 flex-col border-line lg:border-l">
        {state.phase === "prompt" ? (
          <SoFar messages={messages} language={item.language} />
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
function SoFar({ messages, language }: { messages: AnnotatedItem["context"]; language: string }) {
  if (messages.length === 0) return null;
  return (
    <div className="flex flex-col gap-4 border-b border-line bg-sunken px-4 py-4">
      {messages.map((message, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a dialogue never reorders
        <Turn key={index} message={message} language={language} />
      ))}
    </div>
  );
}

const LONG_WORDS = 400;

function Composer({
  assignmentId,
  projectId,
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
          dir="auto"
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
          {isOtherLanguage(text, item.language) && (
            <span className="text-warn"> · {t("otherLanguage", { language: item.language })}</span>
          )}
        </p>
        <NoveltyMeter assignmentId={assignmentId} text={text} />
        {item.campaign.kind === "red_team" && <WantedCells projectId={projectId} />}
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

/** Too short a text says little about its language; only Korean and what is not Korean can be told apart. */
const isOtherLanguage = (text: string, asked: string): boolean =>
  text.length >= 12 && (asked === "en" || asked === "ko") && detectLanguage(text) !== asked;

type Act = (side: Side) => Promise<boolean>;

function LiveAnswers(props: Props & { state: LiveState; onStop: Act; onRetry: Act }) {
  const { item, state, handedOver } = props;
  const t = useTranslations("annotate.live");
  const votable = state.phase === "votable";
  const vote = useEarlyVote(props);
  const [diff, setDiff] = useState(false);
  const [apart, toggleApart] = useApart();
  const texts = { a: state.a?.text ?? "", b: state.b?.text ?? "" };
  const work = useVerdictWork(
    {
      ...props,
      onChange: (form, durationMs) => {
        vote.withdraw();
        props.onDraft({ ...form, durationMs });
      },
      onSubmit: vote.submit,
    },
    texts,
    { diff: () => setDiff((on) => votable && !on), scroll: toggleApart },
    vote.open,
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
        <Markdown text={texts[side]} language={item.language} />
      )}
    </LivePane>
  );
  const closed = handedOver || !vote.open;
  return (
    <>
      <div className="flex flex-auto flex-col bg-surface">
        <Panes preferred={work.form.preferred} apart={apart}>
          {{ a: pane("a"), b: pane("b") }}
        </Panes>
      </div>
      <p aria-live="polite" className="sr-only">
        {votable ? t("ready") : vote.open ? t("voteEarly") : t("answering")}
      </p>
      <VerdictEdit work={work} item={item} disabled={closed} />
      <VerdictPanel
        item={item}
        {...work.panel}
        disabled={closed}
        footer={
          <VerdictFooter
            work={work}
            actions={props.actions}
            status={vote.waiting ? <span className="px-2 text-sm text-muted">{t("stopping")}</span> : props.status}
            handedOver={closed}
          />
        }
      />
    </>
  );
}

/**
 * Where the campaign allows it, a verdict may be given while the answers are still being written: what still runs is stopped, and the
 * verdict leaves once the server has both texts. A change of mind before that withdraws it.
 */
function useEarlyVote({
  item,
  state,
  onStop,
  onSubmit,
}: Pick<Props, "item" | "onSubmit"> & { state: LiveState; onStop: Act }) {
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const votable = state.phase === "votable";
  const early = item.campaign.voteEarly && state.phase === "answering" && !!state.a?.text && !!state.b?.text;
  const send = useRef(onSubmit);
  useEffect(() => {
    send.current = onSubmit;
  });
  useEffect(() => {
    if (!votable || !verdict) return;
    setVerdict(null);
    send.current(verdict);
  }, [votable, verdict]);
  const submit = (given: Verdict) => {
    if (votable) return onSubmit(given);
    setVerdict(given);
    for (const side of SIDES) if (isMoving(state[side])) void onStop(side);
  };
  return { open: votable || early, waiting: verdict !== null, submit, withdraw: () => setVerdict(null) };
}

const SIDES = ["a", "b"] as const;
const isMoving = (side: LiveSide | null): boolean => side?.state === "queued" || side?.state === "running";

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
  const moving = isMoving(side);
  const failed = side.state === "failed" || (side.state === "stopped" && side.text === "");
  return (
    <div className="flex min-h-40 flex-col" aria-busy={moving}>
      <HarmVeil className="flex-1">{children}</HarmVeil>
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
