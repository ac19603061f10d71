"use client";
/** Single keys of the review screens, dead while typing, with a modifier, or under an open dialog. */
import { useEffect, useRef } from "react";
import { keyName } from "../annotate/key-name";

const TYPING = 'textarea, select, [contenteditable="true"], input:not([type="radio"]):not([type="checkbox"])';
/** Enter on these has a meaning of its own; a tab is open as soon as it has the focus. */
const ENTER_OWNERS = 'a[href], button:not([role="tab"]), summary';

/** By key name (lib/client/annotate/key-name.ts); `Ctrl+Enter` is heard in texts too. */
export type CaseKeys = Record<string, (() => void) | undefined>;

export function useCaseKeys(keys: CaseKeys): void {
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
      const run = latest.current[confirms ? "Ctrl+Enter" : keyName(event)];
      if (!run) return;
      event.preventDefault();
      run();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
}
