"use client";
import { useTranslations } from "next-intl";
import { Toast as Primitive } from "radix-ui";
import { Button } from "./button";
import { cn } from "./cn";
import type { ToastEntry } from "./toast";

/** The notes that stand now. */
export function ToastView({ shown, onDismiss }: { shown: readonly ToastEntry[]; onDismiss: (id: number) => void }) {
  const t = useTranslations("common");
  return (
    <Primitive.Provider swipeDirection="right" label={t("notification")}>
      {shown.map((entry) => (
        <Primitive.Root
          key={entry.id}
          type={entry.tone === "danger" ? "foreground" : "background"}
          duration={entry.durationMs ?? 5000}
          onOpenChange={(open) => !open && onDismiss(entry.id)}
          className={cn(
            "toast pointer-events-auto flex items-center gap-4 rounded-md border border-line-strong/50 bg-surface px-3 py-2 shadow-lg",
            entry.tone === "danger" && "border-danger bg-danger-soft",
          )}
        >
          <div className="min-w-0 flex-1">
            <Primitive.Title
              className={cn(
                "font-medium",
                entry.tone === "done" && "text-done",
                entry.tone === "danger" && "text-danger",
              )}
            >
              {entry.title}
            </Primitive.Title>
            {entry.description && (
              <Primitive.Description className="text-sm text-muted">{entry.description}</Primitive.Description>
            )}
          </div>
          {entry.action && (
            <Primitive.Action asChild altText={entry.action.label}>
              <Button size="sm" shortcut={entry.action.shortcut} onClick={entry.action.run}>
                {entry.action.label}
              </Button>
            </Primitive.Action>
          )}
        </Primitive.Root>
      ))}
      {/* On a phone over the bar: under it they would cover the very text that comes next. */}
      <Primitive.Viewport className="pointer-events-none fixed top-0 right-0 z-60 m-0.5 flex sm:top-12 sm:m-3 max-w-[min(26rem,calc(100vw-1.5rem))] flex-col items-end gap-2" />
    </Primitive.Provider>
  );
}
