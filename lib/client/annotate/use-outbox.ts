"use client";
import { useEffect, useRef, useState } from "react";
import { Outbox, type OutboxListener } from "./outbox";

/** One outbox per screen. `ref.current` is null only before the first effect. */
export function useOutbox(userId: string, listener: OutboxListener) {
  const [waiting, setWaiting] = useState(0);
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  const ref = useRef<Outbox | null>(null);
  useEffect(() => {
    const outbox = new Outbox(userId, window.localStorage, {
      onSent: (entry, answer) => latest.current.onSent?.(entry, answer),
      onRefused: (entry, problem) => latest.current.onRefused?.(entry, problem),
      onCount: setWaiting,
    });
    ref.current = outbox;
    const flush = () => void outbox.flush();
    flush();
    window.addEventListener("online", flush);
    return () => {
      window.removeEventListener("online", flush);
      outbox.close();
      ref.current = null;
    };
  }, [userId]);
  return { ref, waiting };
}
