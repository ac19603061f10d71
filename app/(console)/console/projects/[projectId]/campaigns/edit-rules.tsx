"use client";
import { useTranslations } from "next-intl";
import type { FormEvent } from "react";
import { Button } from "@/app/components/button";
import { Dialog } from "@/app/components/dialog";
import { ErrorState } from "@/app/components/states";
import { toast } from "@/app/components/toast";
import { useAction } from "@/lib/client/console/use-endpoint";
import { type Campaign, updateCampaign } from "@/lib/contracts/campaigns";
import { rulesOf } from "./rules";
import { RulesFields } from "./rules-fields";

export function EditRules({ campaign, onClose }: { campaign: Campaign; onClose: () => void }) {
  const t = useTranslations("console.campaigns.rules");
  const action = useAction(updateCampaign);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const body = rulesOf(new FormData(event.currentTarget));
    const onSuccess = () => {
      toast({ tone: "done", title: t("saved", { name: campaign.name }) });
      onClose();
    };
    action.mutate({ params: { id: campaign.id }, body }, { onSuccess });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("titleOf", { name: campaign.name })}
      description={t("whileWorking")}
    >
      <form onSubmit={submit} className="flex flex-col gap-6">
        <RulesFields rules={campaign} />
        {action.error && <ErrorState error={action.error} />}
        <Button type="submit" variant="primary" busy={action.isPending}>
          {t("save")}
        </Button>
      </form>
    </Dialog>
  );
}
