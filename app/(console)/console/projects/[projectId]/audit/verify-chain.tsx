"use client";
import { ShieldCheck } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button } from "@/app/components/button";
import { Section } from "@/app/components/card";
import { ErrorState } from "@/app/components/states";
import { useAction } from "@/lib/client/console/use-endpoint";
import { verifyAuditChain } from "@/lib/contracts/audit";
import { DetailsList } from "../../../parts/details-list";

/** Recomputes every link on the server, for all projects at once: the chain is one. */
export function VerifyChain() {
  const t = useTranslations("console.audit");
  const verify = useAction(verifyAuditChain);
  const result = verify.data;
  return (
    <Section
      className="mb-5"
      title={t("chainTitle")}
      description={t("chainHint")}
      actions={
        <Button icon={<ShieldCheck size={16} aria-hidden />} busy={verify.isPending} onClick={() => verify.mutate({})}>
          {verify.isPending ? t("verifying") : t("verify")}
        </Button>
      }
    >
      <div aria-live="polite">
        {!result && !verify.error && <p className="text-muted">{t("notVerified")}</p>}
        {verify.error && <ErrorState error={verify.error} />}
        {result?.broken && (
          <ErrorState
            title={t("broken", { position: result.broken.position })}
            error={{ message: t("brokenReason", { event: result.broken.eventId, reason: result.broken.reason }) }}
            kept={t("brokenHint")}
          />
        )}
        {result && !result.broken && (
          <>
            <p className="mb-2 font-medium text-done">{t("intact")}</p>
            <DetailsList
              entries={[
                { key: "verified", name: t("verified"), value: result.verified },
                { key: "unsealed", name: t("waiting"), value: result.unsealed },
                { key: "head", name: t("head"), value: <code className="text-sm break-all">{result.head}</code> },
              ]}
            />
          </>
        )}
      </div>
    </Section>
  );
}
