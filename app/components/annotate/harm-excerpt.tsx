"use client";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { usePreferences } from "@/lib/client/annotate/preferences";
import type { AnnotatedItem } from "@/lib/contracts/assignments";
import { isHarmful, isRiskCategory } from "@/lib/domain/red-team";
import { Button } from "../button";

type Told = Pick<AnnotatedItem, "task" | "category">;

/** What a list says instead of the text of a harmful item, as long as its reader wants such texts covered; null for all others. */
export function useCover(): (item: Told) => string | null {
  const t = useTranslations("annotate.welfare");
  const risk = useTranslations("annotate.risk");
  const { blurHarmful } = usePreferences().preferences;
  return ({ task, category }) => {
    if (category === null || !blurHarmful || !isHarmful(task, category)) return null;
    return t("coveredExcerpt", { category: isRiskCategory(category) ? risk(`categories.${category}`) : category });
  };
}

/** Excerpts of an item in a list, covered until they are asked for. */
export function HarmExcerpt({ item, children }: { item: Told; children: ReactNode }) {
  const t = useTranslations("annotate.welfare");
  const [shown, setShown] = useState(false);
  const cover = useCover()(item);
  if (cover === null || shown) return children;
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <span className="text-muted">{cover}</span>
      <Button size="sm" onClick={() => setShown(true)}>
        {t("show")}
      </Button>
    </span>
  );
}
