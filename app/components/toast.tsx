"use client";
/** Short notes under the top bar, away from what acts. Our own on Radix: sonner injects a style element, which the content security policy refuses. */
import { useEffect, useSyncExternalStore } from "react";
import { definePart, preloadParts, usePart } from "@/lib/client/part";

export interface ToastInput {
  title: string;
  description?: string;
  tone?: "neutral" | "danger" | "done";
  action?: { label: string; shortcut?: string; run: () => void };
  /** How long it stays, milliseconds. */
  durationMs?: number;
}
export interface ToastEntry extends ToastInput {
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

/** Fetched while nothing is going on, so that it is there when there is something to say. */
const viewPart = definePart(() => import("./toast-view"));

export function Toaster() {
  const shown = useSyncExternalStore(
    subscribe,
    () => entries,
    () => NONE,
  );
  const view = usePart(viewPart, shown.length > 0 || viewPart.value !== null);
  useEffect(() => preloadParts([viewPart]), []);
  return view ? <view.ToastView shown={shown} onDismiss={dismissToast} /> : null;
}
