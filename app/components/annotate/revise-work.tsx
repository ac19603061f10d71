"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { annotateKeys } from "@/lib/client/annotate/keys";
import type { useHandover } from "@/lib/client/annotate/use-handover";
import { formOfComparison } from "@/lib/client/annotate/use-verdict";
import { callFor } from "@/lib/client/call";
import type { ProblemError } from "@/lib/client/problem";
import { getComparison } from "@/lib/contracts/comparisons";
import { Button } from "../button";
import { ErrorState, Skeleton } from "../states";
import { toast } from "../toast";
import { HarmVeilProvider } from "./harm-veil";
import { PairWork } from "./pair-work";

interface Props {
  comparisonId: string;
  handover: ReturnType<typeof useHandover>;
  onClose: () => void;
}

/** An own earlier judgement, opened to be replaced. The old one stays on record; the new one points at it. */
export function ReviseWork({ comparisonId, handover, onClose }: Props) {
  const t = useTranslations("annotate.revise");
  const query = useQuery({
    queryKey: annotateKeys.comparison(comparisonId),
    queryFn: () => callFor(getComparison, { params: { comparisonId } }),
    staleTime: 0,
    gcTime: 0,
  });
  if (query.isPending) return <Skeleton className="m-6 h-40" />;
  if (query.isError)
    return (
      <div className="mx-auto w-full max-w-xl p-6">
        <ErrorState title={t("failed")} error={query.error as ProblemError} onRetry={() => query.refetch()} />
        <Button className="mt-3" onClick={onClose}>
          {t("close")}
        </Button>
      </div>
    );
  const { comparison, item } = query.data;
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-2 border-b border-line bg-warn-soft px-4 py-2">
        <p className="text-warn">{t("notice")}</p>
        <Button size="sm" onClick={onClose}>
          {t("close")}
        </Button>
      </div>
      <HarmVeilProvider item={item}>
        <PairWork
          item={item}
          initial={formOfComparison(comparison)}
          earlierMs={0}
          onChange={() => undefined}
          handedOver={handover.holding}
          actions={null}
          status={null}
          onSubmit={(body) =>
            handover.handOver({ kind: "supersede", comparisonId, body }, null, {
              onLeave: () => {
                toast({ tone: "done", title: t("done") });
                onClose();
              },
            })
          }
        />
      </HarmVeilProvider>
    </>
  );
}
