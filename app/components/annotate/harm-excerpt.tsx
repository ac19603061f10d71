"use client";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { usePreferences } from "@/lib/client/annotate/preferences";
import type { AnnotatedItem } from "@/lib/contracts/assignments";
import { isHarmful, isRiskCategory } from "@/lib/domain/red-team";
import { Button } from "../button";

type Told = Pick<AnnotatedItem, "task" | "category">;

/** The category of a harmful item in words, as long as its reader wants such texts covered; null for all others. */
export function useHarmName(): (item: Told) => string | null {
  const risk = useTranslations("annotate.risk");
  const { blurHarmful } = usePreferences().preferences;
  return ({ task, category }) => {
    if (category === null || !blurHarmful || !isHarmful(task, category)) return null;
    return isRiskCategory(category) ? risk(`categories.${category}`) : category;
  };
}

/** What a list says instead of the text of an item that is to be covered. */
export function useCover(): (item: Told) => string | null {
  const t = useTranslations("annotate.welfare");
  const nameOf = useHarmName();
  return (item) => {
    const category = nameOf(item);
    return category === null ? null : t("coveredExcerpt", { category });
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
