"use client";
import { useEffect, useRef, useState } from "react";
import { type BreakClock, startBreakClock } from "./break-clock";

const SIGNS = ["keydown", "pointerdown", "wheel", "touchmove"] as const;

function sessionStore(): Storage | undefined {
  try {
    return window.sessionStorage;
  } catch {
    return undefined;
  }
}

/** Minutes worked without a pause once a break is due, else null. `breakAfterMinutes` null = never. */
export function useBreak(breakAfterMinutes: number | null): { minutes: number | null; dismiss: () => void } {
  const [minutes, setMinutes] = useState<number | null>(null);
  const clock = useRef<BreakClock | null>(null);
  useEffect(() => {
    if (breakAfterMinutes === null) return;
    const running = startBreakClock({ breakAfterMinutes, onChange: setMinutes, storage: sessionStore() });
    clock.current = running;
    const touch = () => running.touch();
    for (const sign of SIGNS) window.addEventListener(sign, touch, { passive: true });
    return () => {
      for (const sign of SIGNS) window.removeEventListener(sign, touch);
      running.stop();
      clock.current = null;
      setMinutes(null);
    };
  }, [breakAfterMinutes]);
  return { minutes, dismiss: () => clock.current?.dismiss() };
}
