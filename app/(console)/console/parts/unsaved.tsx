"use client";
import { useTranslations } from "next-intl";
import { Confirm } from "@/app/components/confirm";
import { useUnsaved } from "@/lib/client/console/use-unsaved";

/** Asks before a page is left on which something was written and not saved. */
export function Unsaved({ dirty }: { dirty: boolean }) {
  const t = useTranslations("console.unsaved");
  const { leaving, stay, leave } = useUnsaved(dirty);
  if (!leaving) return null;
  return (
    <Confirm
      title={t("title")}
      description={t("hint")}
      action={t("leave")}
      keep={t("stay")}
      busy={false}
      error={null}
      onConfirm={leave}
      onClose={stay}
    />
  );
}
