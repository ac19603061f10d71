"use client";
import { ArrowLeft, ArrowRight, Check } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { useAction } from "@/lib/client/console/use-endpoint";
import { type SaveState, useAnswers } from "@/lib/client/onboarding/use-answers";
import { useCountdown } from "@/lib/client/onboarding/use-countdown";
import { useDigits } from "@/lib/client/onboarding/use-digits";
import { type OwnAttempt, type OwnQuestion, submitAttempt } from "@/lib/contracts/onboarding";
import { type Answer, isAnswered } from "@/lib/domain/entry-test";
import { Button } from "../button";
import { cn } from "../cn";
import { Dialog } from "../dialog";
import { ErrorState } from "../states";
import { CountdownClock } from "./countdown";
import { QuestionField, stepAnswer, toggled } from "./question-field";

/** A test in progress: one question a screen, the time left above it, every answer saved as it is given. */
export function RunningTest({ attempt, onOver }: { attempt: OwnAttempt; onOver: () => void }) {
  const questions = attempt.sections.flatMap((section) => section.questions.map((question) => ({ section, question })));
  const { answers, answer, state, save } = useAnswers(attempt, onOver);
  const [at, setAt] = useState(() => firstOpen(questions, answers));
  const [handingIn, setHandingIn] = useState(false);
  const clock = useCountdown(attempt.deadline, attempt.now, { onSoon: () => void save(), onEnd: onOver });
  const current = questions[at];
  const last = at === questions.length - 1;
  const next = () => (last ? setHandingIn(true) : setAt(at + 1));
  useDigits((digit) => {
    const value = current && byDigit(current.question, answers[current.question.id], digit);
    if (current && value) answer(current.question.id, value);
  }, next);
  if (!current) return null;
  return (
    <div className="flex flex-col gap-5">
      <TestHeader title={attempt.title} state={state}>
        <CountdownClock {...clock} />
      </TestHeader>
      <QuestionList attempt={attempt} answers={answers} currentId={current.question.id} onOpen={setAt} />
      <QuestionPanel
        key={current.question.id}
        number={at + 1}
        total={questions.length}
        section={current.section}
        question={current.question}
        answer={answers[current.question.id]}
        onAnswer={(value) => answer(current.question.id, value)}
        takeFocus={at !== 0}
      />
      <Controls at={at} last={last} onBack={() => setAt(at - 1)} onNext={next} onHandIn={() => setHandingIn(true)} />
      {handingIn && (
        <HandIn attempt={attempt} answers={answers} save={save} onClose={() => setHandingIn(false)} onDone={onOver} />
      )}
    </div>
  );
}

type Place = { question: OwnQuestion };
const firstOpen = (questions: Place[], answers: Record<string, Answer>): number =>
  Math.max(
    0,
    questions.findIndex(({ question }) => !isAnswered(answers[question.id])),
  );

/** What a digit answers, if anything: the step of a pair, the place of an option. */
function byDigit(question: OwnQuestion, answer: Answer | undefined, digit: number): Answer | null {
  if (question.kind === "pair") return digit <= 8 ? stepAnswer(digit) : null;
  const option = question.options[digit - 1];
  return option ? toggled(question, answer, option.id) : null;
}

function TestHeader({ title, state, children }: { title: string; state: SaveState; children: React.ReactNode }) {
  const t = useTranslations("annotate.onboarding.test");
  return (
    <header className="sticky top-0 z-10 -mx-4 flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line bg-page px-4 py-2.5">
      <h1 className="min-w-0 flex-1 truncate text-lg font-semibold">{title}</h1>
      <p aria-live="polite" className={cn("text-sm text-muted", state === "local" && "text-warn")}>
        {t(`save.${state}`)}
      </p>
      {children}
    </header>
  );
}

function QuestionList(props: {
  attempt: OwnAttempt;
  answers: Record<string, Answer>;
  currentId: string;
  onOpen: (at: number) => void;
}) {
  const t = useTranslations("annotate.onboarding.test");
  let number = 0;
  return (
    <nav aria-label={t("questions")} className="flex flex-wrap gap-x-5 gap-y-2">
      {props.attempt.sections.map((section) => (
        <div key={section.id}>
          <p className="mb-1 text-xs text-muted">{section.title}</p>
          <ol className="flex flex-wrap gap-1">
            {section.questions.map((question) => {
              const at = number++;
              const done = isAnswered(props.answers[question.id]);
              return (
                <li key={question.id}>
                  <button
                    type="button"
                    aria-current={question.id === props.currentId ? "step" : undefined}
                    aria-label={t(done ? "openAnswered" : "openOpen", { number: at + 1 })}
                    onClick={() => props.onOpen(at)}
                    className={cn(
                      "flex size-8 items-center justify-center rounded-md border border-line-strong/50 bg-surface text-sm tabular-nums hover:bg-sunken",
                      done && "border-done bg-done-soft text-done",
                      question.id === props.currentId && "ring-2 ring-accent",
                    )}
                  >
                    {done ? <Check size={14} aria-hidden /> : at + 1}
                  </button>
                </li>
              );
            })}
          </ol>
        </div>
      ))}
    </nav>
  );
}

interface PanelProps {
  number: number;
  total: number;
  section: OwnAttempt["sections"][number];
  question: OwnQuestion;
  answer: Answer | undefined;
  onAnswer: (answer: Answer) => void;
  takeFocus: boolean;
}

function QuestionPanel({ number, total, section, question, answer, onAnswer, takeFocus }: PanelProps) {
  const t = useTranslations("annotate.onboarding.test");
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (takeFocus) heading.current?.focus();
  }, [takeFocus]);
  return (
    <section
      aria-labelledby="question-heading"
      className="rounded-lg border border-line bg-surface p-4 max-sm:-mx-4 max-sm:rounded-none max-sm:border-x-0 sm:p-5"
    >
      <p className="text-sm text-muted">
        {section.title}
        {section.answersMin !== null &&
          ` · ${t("atLeast", { count: section.answersMin, total: section.questions.length })}`}
      </p>
      <h2 id="question-heading" ref={heading} tabIndex={-1} className="mb-3 text-lg font-semibold outline-none">
        {t("question", { number, total })}
      </h2>
      {section.intro && <p className="mb-3 max-w-read text-muted">{section.intro}</p>}
      <QuestionField question={question} answer={answer} onAnswer={onAnswer} />
    </section>
  );
}

function Controls(props: { at: number; last: boolean; onBack: () => void; onNext: () => void; onHandIn: () => void }) {
  const t = useTranslations("annotate.onboarding.test");
  return (
    <div className="flex flex-wrap items-center justify-between gap-2">
      <Button disabled={props.at === 0} onClick={props.onBack} icon={<ArrowLeft size={16} aria-hidden />}>
        {t("back")}
      </Button>
      <div className="flex flex-wrap gap-2">
        {!props.last && <Button onClick={props.onHandIn}>{t("handIn")}</Button>}
        <Button variant="primary" shortcut="Enter" onClick={props.onNext}>
          {props.last ? t("handIn") : t("next")}
          {!props.last && <ArrowRight size={16} aria-hidden />}
        </Button>
      </div>
    </div>
  );
}

function HandIn(props: {
  attempt: OwnAttempt;
  answers: Record<string, Answer>;
  save: () => Promise<void>;
  onClose: () => void;
  onDone: () => void;
}) {
  const t = useTranslations("annotate.onboarding.test");
  const submit = useAction(submitAttempt);
  const open = props.attempt.sections.reduce((sum, section) => {
    const done = section.questions.filter(({ id }) => isAnswered(props.answers[id])).length;
    return sum + Math.max(0, (section.answersMin ?? section.questions.length) - done);
  }, 0);
  const confirm = async () => {
    await props.save();
    submit.mutate({ params: { attemptId: props.attempt.id } }, { onSuccess: props.onDone });
  };
  return (
    <Dialog
      open
      onOpenChange={(shown) => !shown && props.onClose()}
      title={t("handInTitle")}
      description={open > 0 ? t("stillOpen", { count: open }) : t("allAnswered")}
    >
      {submit.error && <ErrorState className="mb-4" error={submit.error} kept={t("kept")} />}
      <div className="flex flex-wrap gap-2">
        <Button variant="primary" busy={submit.isPending} onClick={() => void confirm()}>
          {t("handInNow")}
        </Button>
        <Button onClick={props.onClose}>{t("goOn")}</Button>
      </div>
    </Dialog>
  );
}
