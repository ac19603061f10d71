"use client";
import { useEffect, useRef } from "react";
import { SHORTCUT_ACTIONS, type ShortcutAction } from "@/lib/domain/shortcuts";
import { keyName } from "./key-name";
import { useKeys } from "./preferences";

const TYPING = 'textarea, select, [contenteditable="true"], input:not([type="radio"]):not([type="checkbox"])';
/** Enter on these has a meaning of its own. */
const ENTER_OWNERS = "a[href], button, summary";

/** What to do on an action's key, whichever key the person has put it on. */
export type Hotkeys = Partial<Record<ShortcutAction, () => void>>;

/** Single keys, dead while typing, with a modifier, or under an open dialog. Ctrl+Enter submits also from a text. */
export function useHotkeys(actions: Hotkeys): void {
  const keys = useKeys();
  const latest = useRef({ actions, keys });
  useEffect(() => {
    latest.current = { actions, keys };
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
      const { actions: wanted, keys: map } = latest.current;
      const name = keyName(event);
      const action = confirms
        ? "submit"
        : SHORTCUT_ACTIONS.find((candidate) => map[candidate] === name && wanted[candidate]);
      const run = action && wanted[action];
      if (!run) return;
      event.preventDefault();
      run();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
}
