"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Badge } from "@/app/components/badge";
import { Button } from "@/app/components/button";
import { Section } from "@/app/components/card";
import { ErrorState } from "@/app/components/states";
import { toast } from "@/app/components/toast";
import { useAction } from "@/lib/client/console/use-endpoint";
import { type PolicyView, updatePolicy } from "@/lib/contracts/policies";
import { AddVariant } from "./add-variant";
import { PolicyHealth, TestPrompt } from "./policy-health";
import { ReplaceKey } from "./replace-key";
import { VariantTable } from "./variant-table";

export function PolicyCard({ policy }: { policy: PolicyView }) {
  const t = useTranslations("console.policies");
  const update = useAction(updatePolicy);
  const [open, setOpen] = useState<"variant" | "key" | "test" | null>(null);
  const close = () => setOpen(null);
  const archive = (archived: boolean, onSuccess?: () => void) =>
    update.mutate({ params: { id: policy.id }, body: { archived } }, { onSuccess });
  const archiveWithUndo = () =>
    archive(true, () =>
      toast({
        title: t("archivedToast", { name: policy.name }),
        action: { label: t("undo"), run: () => archive(false) },
      }),
    );
  return (
    <Section
      title={
        <span className="flex flex-wrap items-center gap-2">
          <span className="break-words">{policy.name}</span>
          <Badge>{t(`kinds.${policy.kind}`)}</Badge>
          <Badge>{t("generation", { generation: policy.generation })}</Badge>
          {policy.archivedAt && <Badge tone="warn">{t("archived")}</Badge>}
          <PolicyHealth policyId={policy.id} />
          {policy.kind === "endpoint" && (
            <Badge tone={policy.hasKey ? "done" : "neutral"}>{policy.hasKey ? t("hasKey") : t("noKey")}</Badge>
          )}
        </span>
      }
      description={
        <span className="break-all">
          {policy.kind === "replay" ? t("recordings", { count: Number(policy.description) }) : policy.description}
        </span>
      }
      actions={
        <>
          {policy.kind === "endpoint" && (
            <Button size="sm" variant="ghost" onClick={() => setOpen("key")}>
              {policy.hasKey ? t("replaceKey") : t("setKey")}
            </Button>
          )}
          <Button size="sm" onClick={() => setOpen("test")}>
            {t("health.test")}
          </Button>
          {!policy.archivedAt && (
            <Button size="sm" onClick={() => setOpen("variant")}>
              {t("addVariant")}
            </Button>
          )}
          <Button
            size="sm"
            variant="ghost"
            busy={update.isPending}
            onClick={() => (policy.archivedAt ? archive(false) : archiveWithUndo())}
          >
            {policy.archivedAt ? t("restore") : t("archive")}
          </Button>
        </>
      }
    >
      {update.error && <ErrorState className="mb-3" error={update.error} />}
      <VariantTable policy={policy} />
      {open === "variant" && <AddVariant policy={policy} onClose={close} />}
      {open === "test" && <TestPrompt policy={policy} onClose={close} />}
      {open === "key" && <ReplaceKey policy={policy} onClose={close} />}
    </Section>
  );
}
