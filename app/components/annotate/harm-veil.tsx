"use client";
import { Eye, EyeOff } from "lucide-react";
import { useTranslations } from "next-intl";
import { createContext, type ReactNode, useContext, useState } from "react";
import { keyLabel } from "@/lib/client/annotate/key-name";
import { useKeys } from "@/lib/client/annotate/preferences";
import { useHotkeys } from "@/lib/client/annotate/use-hotkeys";
import type { AnnotatedItem } from "@/lib/contracts/assignments";
import { Button } from "../button";
import { cn } from "../cn";
import { useHarmName } from "./harm-excerpt";

/** Null: nothing of this item needs a cover. */
const Covered = createContext<boolean | null>(null);

/** Covers the texts of a harmful item until the annotator asks for them; give it the item's key, so that the next one is covered again. */
export function HarmVeilProvider({
  item,
  children,
}: {
  item: Pick<AnnotatedItem, "task" | "category">;
  children: ReactNode;
}) {
  const name = useHarmName()(item);
  return name === null ? children : <Veiled name={name}>{children}</Veiled>;
}

function Veiled({ name, children }: { name: string; children: ReactNode }) {
  const t = useTranslations("annotate.welfare");
  const [covered, setCovered] = useState(true);
  const [asked, setAsked] = useState(false);
  const key = useKeys().reveal;
  const toggle = () => {
    setCovered(!covered);
    setAsked(true);
  };
  useHotkeys({ reveal: toggle });
  return (
    <Covered.Provider value={covered}>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-warn-soft px-4 py-1.5">
        <p className="min-w-0 flex-1 text-sm text-warn">{t("marked", { category: name })}</p>
        <Button
          size="sm"
          shortcut={key}
          onClick={toggle}
          icon={covered ? <Eye size={14} aria-hidden /> : <EyeOff size={14} aria-hidden />}
        >
          {covered ? t("show") : t("cover")}
        </Button>
        <span aria-live="polite" className="sr-only">
          {asked && (covered ? t("isCovered") : t("isShown"))}
        </span>
      </div>
      {children}
    </Covered.Provider>
  );
}

/**
 * Text of an item. Covered, it keeps its place but is hidden from everybody: not painted, not selectable, not read out, not found by
 * the browser's search.
 */
export function HarmVeil({ className, children }: { className?: string; children: ReactNode }) {
  const t = useTranslations("annotate.welfare");
  const key = useKeys().reveal;
  const covered = useContext(Covered);
  if (covered === null) return className ? <div className={className}>{children}</div> : children;
  return (
    <div className={cn("relative min-h-9", className)}>
      <div inert={covered} className={covered ? "invisible" : undefined}>
        {children}
      </div>
      {covered && (
        <p className="absolute inset-0 flex items-start gap-2 overflow-hidden rounded-md border border-dashed border-line-strong/60 bg-sunken p-2 text-sm text-muted">
          <EyeOff size={16} aria-hidden className="mt-0.5 shrink-0" />
          {t("covered", { key: keyLabel(key) })}
        </p>
      )}
    </div>
  );
}
