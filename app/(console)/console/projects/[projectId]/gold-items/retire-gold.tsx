"use client";
import { useTranslations } from "next-intl";
import { Button } from "@/app/components/button";
import { Dialog } from "@/app/components/dialog";
import { ErrorState } from "@/app/components/states";
import { toast } from "@/app/components/toast";
import { useAction } from "@/lib/client/console/use-endpoint";
import { type GoldItem, restoreGoldItem, retireGoldItem } from "@/lib/contracts/gold";
import { PairExcerpt } from "./pair-excerpt";

/** Asks whether the answer was wrong: then those who were graded by it are made good. */
export function RetireGold({ projectId, item, onClose }: { projectId: string; item: GoldItem; onClose: () => void }) {
  const t = useTranslations("console.gold");
  const retire = useAction(retireGoldItem);
  const restore = useAction(restoreGoldItem);
  const params = { projectId, itemId: item.itemId };
  const undo = () =>
    restore.mutate({ params }, { onSuccess: () => void toast({ title: t("restored"), tone: "done" }) });
  const run = (wrong: boolean) =>
    retire.mutate(
      { params, body: { wrong } },
      {
        onSuccess: (done) => {
          toast({
            title: wrong ? t("retiredWrong", { count: done?.resumed ?? 0 }) : t("retired"),
            tone: "done",
            action: { label: t("undo"), run: undo },
          });
          onClose();
        },
      },
    );
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t("retireTitle")} description={t("retireHint")}>
      <PairExcerpt pair={item} open />
      {retire.error && <ErrorState error={retire.error} className="mt-4" />}
      <div className="mt-4 flex flex-wrap gap-2">
        <Button busy={retire.isPending} onClick={() => run(false)}>
          {t("retireKeep")}
        </Button>
        <Button variant="danger" busy={retire.isPending} onClick={() => run(true)}>
          {t("retireWrong")}
        </Button>
      </div>
    </Dialog>
  );
}
