"use client";
import { useEffect, useRef, useState } from "react";

/** Moments at which the time left is said aloud, in seconds. */
const SAID_AT = [600, 300, 60];

export interface Countdown {
  secondsLeft: number;
  /** The mark passed last, for a polite announcement; null before the first. */
  said: number | null;
}

/** Counts by the server's clock. `onSoon` runs two seconds before the end, `onEnd` at it; an extension starts both anew. */
export function useCountdown(
  deadline: string,
  serverNow: string,
  handlers: { onSoon: () => void; onEnd: () => void },
): Countdown {
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  const [state, setState] = useState<Countdown>(() => ({
    secondsLeft: Math.max(0, Math.ceil((Date.parse(deadline) - Date.parse(serverNow)) / 1000)),
    said: null,
  }));
  useEffect(() => {
    const offset = Date.parse(serverNow) - Date.now();
    const left = () => (Date.parse(deadline) - Date.now() - offset) / 1000;
    let before = left();
    const tick = () => {
      const now = left();
      const mark = SAID_AT.find((at) => before > at && now <= at);
      setState((old) => ({ secondsLeft: Math.max(0, Math.ceil(now)), said: mark ?? old.said }));
      if (before > 2 && now <= 2) latest.current.onSoon();
      if (now <= 0) {
        clearInterval(timer);
        latest.current.onEnd();
      }
      before = now;
    };
    const timer = setInterval(tick, 500);
    return () => clearInterval(timer);
  }, [deadline, serverNow]);
  return state;
}
