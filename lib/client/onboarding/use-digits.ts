"use client";
import { useEffect, useRef } from "react";

const TYPING = 'textarea, select, [contenteditable="true"], input:not([type="radio"]):not([type="checkbox"])';
/** Enter on these has a meaning of its own. */
const ENTER_OWNERS = "a[href], button, summary";

/** Digits choose by place, Enter goes on. Dead while typing, with a modifier, or under an open dialog; Ctrl+Enter goes on from a text too. */
export function useDigits(onDigit: (digit: number) => void, onEnter: () => void): void {
  const latest = useRef({ onDigit, onEnter });
  useEffect(() => {
    latest.current = { onDigit, onEnter };
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : null;
      const confirms = event.key === "Enter" && (event.ctrlKey || event.metaKey);
      if (event.defaultPrevented || event.isComposing || event.repeat || event.altKey) return;
      if ((event.ctrlKey || event.metaKey) && !confirms) return;
      if (document.querySelector('[role="dialog"][data-state="open"]')) return;
      if (!confirms && target?.closest(TYPING)) return;
      if (event.key === "Enter") {
        if (!confirms && target?.closest(ENTER_OWNERS)) return;
        event.preventDefault();
        latest.current.onEnter();
      } else if (/^[1-9]$/.test(event.key)) {
        event.preventDefault();
        latest.current.onDigit(Number(event.key));
      }
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
}
