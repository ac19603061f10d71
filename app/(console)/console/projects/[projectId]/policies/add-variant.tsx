"use client";
import { useTranslations } from "next-intl";
import type { FormEvent } from "react";
import { Button } from "@/app/components/button";
import { Dialog } from "@/app/components/dialog";
import { ErrorState } from "@/app/components/states";
import { useAction } from "@/lib/client/console/use-endpoint";
import { createVariant, type PolicyView } from "@/lib/contracts/policies";
import { readVariant, VariantFields } from "./variant-fields";

export function AddVariant({ policy, onClose }: { policy: PolicyView; onClose: () => void }) {
  const t = useTranslations("console.policies");
  const action = useAction(createVariant);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const body = readVariant(new FormData(event.currentTarget));
    action.mutate({ params: { id: policy.id }, body }, { onSuccess: onClose });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("addVariantTo", { name: policy.name })}
      description={t("variantsFixed")}
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <VariantFields path="body" error={action.error} />
        {action.error && <ErrorState error={action.error} />}
        <Button type="submit" variant="primary" busy={action.isPending}>
          {t("addVariant")}
        </Button>
      </form>
    </Dialog>
  );
}
