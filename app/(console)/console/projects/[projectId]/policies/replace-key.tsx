"use client";
import { useTranslations } from "next-intl";
import type { FormEvent } from "react";
import { Button } from "@/app/components/button";
import { Dialog } from "@/app/components/dialog";
import { Field, Input } from "@/app/components/field";
import { ErrorState } from "@/app/components/states";
import { toast } from "@/app/components/toast";
import { useAction } from "@/lib/client/console/use-endpoint";
import { type PolicyView, updatePolicy } from "@/lib/contracts/policies";

export const KEY_LENGTH_MAX = 4000;

export function ReplaceKey({ policy, onClose }: { policy: PolicyView; onClose: () => void }) {
  const t = useTranslations("console.policies");
  const action = useAction(updatePolicy);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const apiKey = String(new FormData(event.currentTarget).get("apiKey"));
    const onSuccess = () => {
      toast({ title: t("keySaved"), tone: "done" });
      onClose();
    };
    action.mutate({ params: { id: policy.id }, body: { apiKey } }, { onSuccess });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("keyOf", { name: policy.name })}
      description={t("keyHint")}
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label={t("apiKey")}>
          {(control) => (
            <Input {...control} type="password" name="apiKey" required maxLength={KEY_LENGTH_MAX} autoComplete="off" />
          )}
        </Field>
        {action.error && <ErrorState error={action.error} />}
        <Button type="submit" variant="primary" busy={action.isPending}>
          {t("save")}
        </Button>
      </form>
    </Dialog>
  );
}
