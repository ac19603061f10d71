"use client";
import { useTranslations } from "next-intl";
/** Short notes under the top bar, away from what acts. Our own on Radix: sonner injects a style element, which the content security policy refuses. */
import { Toast as Primitive } from "radix-ui";
import { useSyncExternalStore } from "react";
import { Button } from "./button";
import { cn } from "./cn";

export interface ToastInput {
  title: string;
  description?: string;
  tone?: "neutral" | "danger" | "done";
  action?: { label: string; shortcut?: string; run: () => void };
  /** How long it stays, milliseconds. */
  durationMs?: number;
}
interface ToastEntry extends ToastInput {
  id: number;
}

let entries: readonly ToastEntry[] = [];
let lastId = 0;
const NONE: readonly ToastEntry[] = [];
const listeners = new Set<() => void>();
function publish(next: readonly ToastEntry[]): void {
  entries = next;
  for (const listener of listeners) listener();
}

/** Shows a note; the newest two stay. Returns its id. */
export function toast(input: ToastInput): number {
  lastId += 1;
  publish([...entries, { ...input, id: lastId }].slice(-2));
  return lastId;
}
export const dismissToast = (id: number): void => publish(entries.filter((entry) => entry.id !== id));

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export function Toaster() {
  const t = useTranslations("common");
  const shown = useSyncExternalStore(
    subscribe,
    () => entries,
    () => NONE,
  );
  return (
    <Primitive.Provider swipeDirection="right" label={t("notification")}>
      {shown.map((entry) => (
        <Primitive.Root
          key={entry.id}
          type={entry.tone === "danger" ? "foreground" : "background"}
          duration={entry.durationMs ?? 5000}
          onOpenChange={(open) => !open && dismissToast(entry.id)}
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
      <Primitive.Viewport className="pointer-events-none fixed top-12 right-0 z-60 m-3 flex max-w-[min(26rem,calc(100vw-1.5rem))] flex-col items-end gap-2" />
    </Primitive.Provider>
  );
}
