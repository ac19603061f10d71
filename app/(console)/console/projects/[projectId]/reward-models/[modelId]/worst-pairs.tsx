"use client";
import { useFormatter, useTranslations } from "next-intl";
import { Dialogue } from "@/app/(console)/console/parts/dialogue";
import { Markdown } from "@/app/components/markdown";
import { ErrorState, Skeleton } from "@/app/components/states";
import { useRead } from "@/lib/client/console/use-endpoint";
import { getEvaluation, type WorstPair } from "@/lib/contracts/reward-models";

const EXCERPT_CHARACTERS = 90;

/** A reading list: the pairs the model gets most wrong, worst first; each opens in place. */
export function WorstPairs({ evaluationId }: { evaluationId: string }) {
  const t = useTranslations("console.rewardModels");
  const evaluation = useRead(getEvaluation, { params: { evaluationId } });
  if (evaluation.error) return <ErrorState error={evaluation.error} onRetry={() => evaluation.refetch()} />;
  if (!evaluation.data) return <Skeleton className="h-40" />;
  if (evaluation.data.worstPairs.length === 0) return <p className="text-muted">{t("noWorst")}</p>;
  return (
    <ol className="divide-y divide-line">
      {evaluation.data.worstPairs.map((worst) => (
        <li key={worst.pairId}>
          <WorstPairRow worst={worst} />
        </li>
      ))}
    </ol>
  );
}

function WorstPairRow({ worst }: { worst: WorstPair }) {
  const t = useTranslations("console.rewardModels");
  const format = useFormatter();
  const reward = (value: number) =>
    format.number(value, { minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: "always" });
  const margin = reward(worst.rewardChosen - worst.rewardRejected);
  const last = worst.pair?.prompt.findLast((message) => message.role === "user")?.content ?? worst.pairId;
  return (
    <details className="py-2">
      <summary>
        <span className="mr-3 font-medium tabular-nums">{margin}</span>
        <span>{[...last].slice(0, EXCERPT_CHARACTERS).join("")}</span>
        {worst.pair?.strength && <span className="ml-3 text-sm text-muted">{t(`cells.${worst.pair.strength}`)}</span>}
      </summary>
      {worst.pair ? (
        <div className="mt-3 flex flex-col gap-4 pb-3">
          <Dialogue messages={worst.pair.prompt} />
          <div className="grid gap-4 md:grid-cols-2">
            <Answer title={t("chosenWith", { reward: reward(worst.rewardChosen) })} text={worst.pair.chosen} />
            <Answer title={t("rejectedWith", { reward: reward(worst.rewardRejected) })} text={worst.pair.rejected} />
          </div>
        </div>
      ) : (
        <p className="mt-2 text-muted">{t("pairGone")}</p>
      )}
    </details>
  );
}

function Answer({ title, text }: { title: string; text: string }) {
  return (
    <div className="rounded-md border border-line p-3">
      <p className="mb-2 text-sm font-medium">{title}</p>
      <Markdown text={text} />
    </div>
  );
}
