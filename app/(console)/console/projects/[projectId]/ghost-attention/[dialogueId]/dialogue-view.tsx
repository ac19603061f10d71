"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { DetailsList } from "@/app/(console)/console/parts/details-list";
import { Dialogue } from "@/app/(console)/console/parts/dialogue";
import { When } from "@/app/(console)/console/parts/when";
import { Badge, type Tone } from "@/app/components/badge";
import { PageHeader, Section } from "@/app/components/card";
import { ErrorState, Skeleton } from "@/app/components/states";
import { useRead } from "@/lib/client/console/use-endpoint";
import { type GhostAttentionDialogue, getGhostAttentionDialogue } from "@/lib/contracts/ghost-attention";
import { DialogueState } from "../dialogue-state";

const TONES: Record<string, Tone> = { kept: "done", broken: "danger", not_applicable: "neutral" };
const VERDICTS = ["kept", "broken", "not_applicable"] as const;

export function DialogueView({ projectId, dialogueId }: { projectId: string; dialogueId: string }) {
  const t = useTranslations("console.ghostAttention");
  const dialogue = useRead(getGhostAttentionDialogue, { params: { dialogueId } });
  if (dialogue.error) return <ErrorState error={dialogue.error} onRetry={() => dialogue.refetch()} />;
  if (!dialogue.data) return <Skeleton className="h-96" />;
  const data = dialogue.data;
  const back = (
    <Link className="text-accent underline" href={`/console/projects/${projectId}/ghost-attention`}>
      {t("all")}
    </Link>
  );
  return (
    <>
      <PageHeader
        title={
          <span className="flex flex-wrap items-center gap-3">
            {t("dialogueTitle", { round: data.roundNumber, number: data.position + 1 })}
            <DialogueState dialogue={data} />
          </span>
        }
        actions={back}
      />
      <div className="grid gap-5 lg:grid-cols-[minmax(0,20rem)_minmax(0,1fr)] lg:items-start">
        <div className="flex flex-col gap-5 lg:sticky lg:top-5">
          <Section title={t("instruction")} description={t("instructionHint")}>
            <p className="whitespace-pre-line">{data.instruction}</p>
          </Section>
          <Section title={t("facts")}>
            <DetailsList
              entries={[
                { key: "policy", name: t("policy"), value: `${data.policyName} · ${data.variantName}` },
                { key: "created", name: t("created"), value: <When at={data.createdAt} /> },
                ...(data.filteredReason
                  ? [{ key: "filtered", name: t("filteredReason"), value: data.filteredReason }]
                  : []),
              ]}
            />
          </Section>
        </div>
        <Section title={t("dialogue")} description={t("dialogueHint")}>
          <Dialogue
            messages={data.messages}
            mark={(message, index) => message.role === "assistant" && <TurnMarks dialogue={data} index={index} />}
          />
        </Section>
      </div>
    </>
  );
}

/** Whether an answer carries loss, and what each reviewer said about it. */
function TurnMarks({ dialogue, index }: { dialogue: GhostAttentionDialogue; index: number }) {
  const t = useTranslations("console.ghostAttention");
  const turn = dialogue.messages.slice(0, index).filter((message) => message.role === "assistant").length;
  const verdicts = dialogue.reviews.map((review) => VERDICTS.find((verdict) => verdict === review[turn]));
  return (
    <>
      <Badge tone={dialogue.lossOn[index] ? "accent" : "neutral"}>
        {dialogue.lossOn[index] ? t("loss") : t("noLoss")}
      </Badge>
      {verdicts.map(
        (verdict, reviewer) =>
          verdict && (
            // biome-ignore lint/suspicious/noArrayIndexKey: reviews are only ever appended
            <Badge key={reviewer} tone={TONES[verdict]}>
              {t(`verdicts.${verdict}`)}
            </Badge>
          ),
      )}
    </>
  );
}
