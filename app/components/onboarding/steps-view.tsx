"use client";
import { Award, ClipboardList } from "lucide-react";
import { useRouter } from "next/navigation";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { useAction, useRead } from "@/lib/client/console/use-endpoint";
import { getOnboarding, type OnboardingStep, type OnboardingTask, startAttempt } from "@/lib/contracts/onboarding";
import { Badge, type Tone } from "../badge";
import { Button, LinkButton } from "../button";
import { PageHeader, Section } from "../card";
import { Dialog } from "../dialog";
import { EmptyState, ErrorState, Skeleton } from "../states";

const TONES: Record<OnboardingStep["status"], Tone> = {
  open: "accent",
  running: "warn",
  waiting: "neutral",
  passed: "done",
  cooldown: "neutral",
  exhausted: "danger",
  locked: "neutral",
};

/** What stands between a person and the items: per task the certificate and the tests, with the one thing to do next. */
export function StepsView({ projectId }: { projectId: string }) {
  const t = useTranslations("annotate.onboarding");
  const locale = useLocale();
  const onboarding = useRead(getOnboarding, { params: { projectId }, query: { locale } });
  const [starting, setStarting] = useState<OnboardingStep | null>(null);
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={<LinkButton href="/annotate">{t("toWork")}</LinkButton>}
      />
      {onboarding.isPending && <Skeleton className="h-64" />}
      {onboarding.error && <ErrorState error={onboarding.error} onRetry={() => onboarding.refetch()} />}
      {onboarding.data?.tasks.length === 0 && (
        <EmptyState icon={<ClipboardList size={28} aria-hidden />} title={t("none")}>
          {t("noneHelp")}
        </EmptyState>
      )}
      <div className="flex flex-col gap-5">
        {onboarding.data?.tasks.map((task) => (
          <TaskSteps key={task.task} projectId={projectId} task={task} onStart={setStarting} />
        ))}
      </div>
      {starting && <StartDialog projectId={projectId} step={starting} onClose={() => setStarting(null)} />}
    </>
  );
}

function TaskSteps(props: { projectId: string; task: OnboardingTask; onStart: (step: OnboardingStep) => void }) {
  const t = useTranslations("annotate.onboarding");
  const { task } = props;
  return (
    <Section title={t(`task.${task.task}`)} actions={<CertificateBadge task={task} />}>
      <CertificateText task={task} />
      <ol className="flex flex-col divide-y divide-line">
        {task.steps.map((step, index) => (
          <Step key={step.testId} number={index + 1} {...props} step={step} />
        ))}
      </ol>
    </Section>
  );
}

function CertificateBadge({ task }: { task: OnboardingTask }) {
  const t = useTranslations("annotate.onboarding");
  if (task.certificate)
    return (
      <Badge tone={task.renewBy ? "warn" : "done"} icon={<Award size={14} aria-hidden />}>
        {t(task.renewBy ? "renew" : "certified")}
      </Badge>
    );
  return (
    <Badge tone={task.certificateNeeded ? "warn" : "neutral"}>
      {t(task.certificateNeeded ? "needed" : "optional")}
    </Badge>
  );
}

function CertificateText({ task }: { task: OnboardingTask }) {
  const t = useTranslations("annotate.onboarding");
  const format = useFormatter();
  const day = (at: string) => format.dateTime(new Date(at), { dateStyle: "long" });
  const text = task.certificate
    ? task.renewBy
      ? `${t("renewText", { date: day(task.renewBy) })} ${task.renewReason ?? ""}`
      : t("certifiedText", { date: day(task.certificate.grantedAt) })
    : task.revokedReason !== null
      ? `${t("revokedText")} ${task.revokedReason}`
      : task.steps.length === 0
        ? t("noTests")
        : t(task.certificateNeeded ? "neededText" : "optionalText");
  return <p className="mb-2 max-w-read">{text}</p>;
}

interface StepProps {
  projectId: string;
  number: number;
  step: OnboardingStep;
  onStart: (step: OnboardingStep) => void;
}

function Step({ projectId, number, step, onStart }: StepProps) {
  const t = useTranslations("annotate.onboarding");
  const format = useFormatter();
  const href = `/annotate/${projectId}/onboarding/${step.attemptId}`;
  const when = step.availableAt
    ? format.dateTime(new Date(step.availableAt), { dateStyle: "medium", timeStyle: "short" })
    : "";
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3">
      <div className="min-w-48 flex-1">
        <h3 className="font-medium">
          {number}. {step.title}
        </h3>
        <p className="max-w-read text-muted">{step.intro}</p>
        <p className="mt-1 text-sm text-muted tabular-nums">
          {t("facts", { minutes: step.minutes, questions: step.questions })}
          {!step.required && ` · ${t("notRequired")}`}
          {step.attemptsLeft !== null &&
            step.status === "open" &&
            ` · ${t("attemptsLeft", { count: step.attemptsLeft })}`}
        </p>
      </div>
      <Badge tone={TONES[step.status]}>{t(`status.${step.status}`, { when })}</Badge>
      {step.status === "open" && (
        <Button variant="primary" onClick={() => onStart(step)} aria-label={t("startNamed", { title: step.title })}>
          {t("start")}
        </Button>
      )}
      {step.status === "running" && (
        <LinkButton variant="primary" href={href} aria-label={t("continueNamed", { title: step.title })}>
          {t("continue")}
        </LinkButton>
      )}
      {step.attemptId && step.status !== "running" && step.status !== "waiting" && (
        <LinkButton href={href} aria-label={t("resultNamed", { title: step.title })}>
          {t("seeResult")}
        </LinkButton>
      )}
    </li>
  );
}

function StartDialog({ projectId, step, onClose }: { projectId: string; step: OnboardingStep; onClose: () => void }) {
  const t = useTranslations("annotate.onboarding");
  const locale = useLocale();
  const router = useRouter();
  const start = useAction(startAttempt);
  const begin = () =>
    start.mutate(
      { params: { testId: step.testId }, body: { locale } },
      { onSuccess: (attempt) => attempt && router.push(`/annotate/${projectId}/onboarding/${attempt.id}`) },
    );
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={step.title}
      description={t("startText", { minutes: step.minutes, questions: step.questions })}
    >
      <p className="mb-4 text-muted">{t("startHelp")}</p>
      {start.error && <ErrorState className="mb-4" error={start.error} />}
      <div className="flex flex-wrap gap-2">
        <Button variant="primary" busy={start.isPending || start.isSuccess} onClick={begin}>
          {t("startNow")}
        </Button>
        <Button onClick={onClose}>{t("notYet")}</Button>
      </div>
    </Dialog>
  );
}
