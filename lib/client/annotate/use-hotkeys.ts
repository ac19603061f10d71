"use client";
import { useEffect, useRef } from "react";
import { SHORTCUT_ACTIONS, type ShortcutAction } from "@/lib/domain/shortcuts";
import { keyName } from "./key-name";
import { useKeys } from "./preferences";

const TYPING = 'textarea, select, [contenteditable="true"], input:not([type="radio"]):not([type="checkbox"])';
/** Enter on these has a meaning of its own, but for who clicked: they go on with the page's keys, and Enter submits. */
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
    let clicked: Element | null = null;
    const onPointerDown = ({ target }: PointerEvent) => {
      clicked = target instanceof Element ? target.closest(ENTER_OWNERS) : null;
    };
    const onFocusOut = ({ target }: FocusEvent) => {
      if (target === clicked) clicked = null;
    };
    const onKeyDown = (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : null;
      const confirms = event.key === "Enter" && (event.ctrlKey || event.metaKey);
      if (event.defaultPrevented || event.isComposing || event.repeat || event.altKey) return;
      if ((event.ctrlKey || event.metaKey) && !confirms) return;
      if (document.querySelector('[role="dialog"][data-state="open"]')) return;
      if (!confirms && target?.closest(TYPING)) return;
      const owner = target?.closest(ENTER_OWNERS) ?? null;
      if (!confirms && event.key === "Enter" && owner && owner !== clicked) return;
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
    const listening = new AbortController();
    window.addEventListener("pointerdown", onPointerDown, listening);
    window.addEventListener("focusout", onFocusOut, listening);
    window.addEventListener("keydown", onKeyDown, listening);
    return () => listening.abort();
  }, []);
}
