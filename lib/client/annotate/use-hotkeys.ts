"use client";
import { useEffect, useRef } from "react";

const TYPING = 'textarea, select, [contenteditable="true"], input:not([type="radio"]):not([type="checkbox"])';
/** Enter on these has a meaning of its own. */
const ENTER_OWNERS = "a[href], button, summary";

export type Hotkeys = Partial<Record<string, () => void>>;

/** Single keys, dead while typing, with a modifier, or under an open dialog. Names as in KeyboardEvent.key, or those in lower case. */
export function useHotkeys(keys: Hotkeys): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : null;
      const confirms = event.key === "Enter" && (event.ctrlKey || event.metaKey);
      if (event.defaultPrevented || event.isComposing || event.repeat || event.altKey) return;
      if ((event.ctrlKey || event.metaKey) && !confirms) return;
      if (document.querySelector('[role="dialog"][data-state="open"]')) return;
      if (!confirms && target?.closest(TYPING)) return;
      if (!confirms && event.key === "Enter" && target?.closest(ENTER_OWNERS)) return;
      const run = latest.current[event.key] ?? latest.current[event.key.toLowerCase()];
      if (!run) return;
      event.preventDefault();
      run();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
}
