"use client";
import { ArrowLeft } from "lucide-react";
import { useTranslations } from "next-intl";
import { When } from "@/app/(console)/console/parts/when";
import { Badge } from "@/app/components/badge";
import { LinkButton } from "@/app/components/button";
import { PageHeader, Section } from "@/app/components/card";
import { ErrorState, Skeleton } from "@/app/components/states";
import { useRead } from "@/lib/client/console/use-endpoint";
import { type AnnotatorDetails, getAnnotator } from "@/lib/contracts/annotators";
import { CertificatesSection } from "./certificates";
import { GoldTestSection } from "./gold-test";
import { HabitsSection } from "./habits";
import { JudgementsSection } from "./judgements";
import { LanguagesSection } from "./languages";
import { NotesSection } from "./notes";
import { StandingButton } from "./standing";

export function AnnotatorView({ projectId, userId }: { projectId: string; userId: string }) {
  const t = useTranslations("console.annotator");
  const annotator = useRead(getAnnotator, { params: { projectId, userId } });
  const back = (
    <LinkButton
      href={`/console/projects/${projectId}/quality`}
      variant="ghost"
      icon={<ArrowLeft size={16} aria-hidden />}
    >
      {t("back")}
    </LinkButton>
  );
  if (annotator.error)
    return (
      <>
        <PageHeader title={t("title")} actions={back} />
        <ErrorState error={annotator.error} onRetry={() => annotator.refetch()} />
      </>
    );
  if (!annotator.data) return <Skeleton className="h-96" />;
  const { data } = annotator;
  return (
    <>
      <PageHeader
        title={data.name}
        description={data.email}
        actions={
          <>
            {back}
            <StandingButton projectId={projectId} annotator={data} />
          </>
        }
      />
      <div className="flex flex-col gap-6">
        {data.paused && <Paused paused={data.paused} />}
        <HabitsSection annotator={data} />
        <GoldTestSection annotator={data} />
        <JudgementsSection projectId={projectId} userId={userId} />
        <NotesSection projectId={projectId} userId={userId} />
        <div className="grid items-start gap-6 lg:grid-cols-2">
          <CertificatesSection certificates={data.certificates} />
          <LanguagesSection key={data.languages.join()} projectId={projectId} annotator={data} />
        </div>
      </div>
    </>
  );
}

function Paused({ paused }: { paused: NonNullable<AnnotatorDetails["paused"]> }) {
  const t = useTranslations("console.annotator");
  return (
    <Section title={t("pausedTitle")}>
      <p className="flex flex-wrap items-center gap-2">
        <Badge tone="warn">{t(`reasons.${paused.reason}`)}</Badge>
        <When at={paused.at} />
      </p>
      <p className="mt-2 text-muted">{t(`reasonHints.${paused.reason}`)}</p>
      {paused.note && <p className="mt-2 break-words whitespace-pre-wrap">{paused.note}</p>}
    </Section>
  );
}
