"use client";
import { useTranslations } from "next-intl";
import { Badge } from "@/app/components/badge";
import type { GhostAttentionDialogue } from "@/lib/contracts/ghost-attention";

/** Kept out, waiting for people, or judged. */
export function DialogueState({ dialogue }: { dialogue: GhostAttentionDialogue }) {
  const t = useTranslations("console.ghostAttention");
  if (dialogue.filteredReason) return <Badge tone="warn">{t("filtered")}</Badge>;
  if (dialogue.reviews.length > 0)
    return <Badge tone="done">{t("reviewed", { count: dialogue.reviews.length })}</Badge>;
  return dialogue.itemId ? <Badge tone="accent">{t("inQueue")}</Badge> : <Badge>{t("inData")}</Badge>;
}
