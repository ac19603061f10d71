"use client";
import { Copy } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/app/components/button";
import { Dialog } from "@/app/components/dialog";

/** The signing secret, this once. */
export function ShownSecret({ secret, onClose }: { secret: string; onClose: () => void }) {
  const t = useTranslations("console.webhooks");
  const [copied, setCopied] = useState(false);
  const copy = () =>
    navigator.clipboard.writeText(secret).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t("secretTitle")} description={t("secretHint")}>
      <code className="block rounded-md bg-sunken p-3 text-sm break-all select-all">{secret}</code>
      <div className="mt-4 flex items-center gap-3">
        <Button icon={<Copy size={14} aria-hidden />} onClick={copy}>
          {t("copy")}
        </Button>
        <span role="status" className="text-sm text-muted">
          {copied ? t("copied") : ""}
        </span>
      </div>
    </Dialog>
  );
}
