"use client";
/** Parts of the app that are fetched when they are first wanted, not with the page. */
import { useEffect, useState, useSyncExternalStore } from "react";
import { reportLostBuild } from "./new-build";

export interface Part<T> {
  /** What was fetched; null until then. */
  readonly value: T | null;
  /** Null when it could not be had: the line is cut, or a new build has replaced the file. The next call tries again. */
  load(): Promise<T | null>;
  /** Calls the listener once it has come. Returns the way to stop. */
  subscribe(listener: () => void): () => void;
}

export function definePart<T>(fetchPart: () => Promise<T>): Part<T> {
  let value: T | null = null;
  let pending: Promise<T | null> | undefined;
  const listeners = new Set<() => void>();
  return {
    get value() {
      return value;
    },
    load() {
      pending ??= fetchPart().then(
        (loaded) => {
          value = loaded;
          for (const listener of listeners) listener();
          return loaded;
        },
        (error: unknown) => {
          pending = undefined;
          reportLostBuild(error);
          return null;
        },
      );
      return pending;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

interface PartState<T> {
  value: T | null;
  failed: boolean;
  retry: () => void;
}

/** The part, whether it could be had, and the way to ask again. Not asked for until `wanted`. */
export function usePartState<T>(part: Part<T>, wanted = true): PartState<T> {
  // The server has none, so neither has the first picture in the browser, though it may have come already.
  const value = useSyncExternalStore(
    part.subscribe,
    () => part.value,
    () => null,
  );
  const [attempt, setAttempt] = useState({ number: 0, failed: false });
  const { number } = attempt;
  useEffect(() => {
    if (!wanted || part.value) return;
    let mounted = true;
    void part.load().then((loaded) => {
      if (mounted && loaded === null) setAttempt({ number, failed: true });
    });
    return () => {
      mounted = false;
    };
  }, [part, wanted, number]);
  return {
    value: wanted ? value : null,
    failed: attempt.failed,
    retry: () => setAttempt({ number: number + 1, failed: false }),
  };
}

/** The part once it is there and `wanted`; what it belongs to must read well without it. */
export const usePart = <T>(part: Part<T>, wanted = true): T | null => usePartState(part, wanted).value;

/** Fetches parts while nobody waits, so that they are there when wanted, also after a new build has replaced their files. */
export function preloadParts(parts: readonly Part<unknown>[]): () => void {
  const later = window.requestIdleCallback ?? ((run: () => void) => window.setTimeout(run, 1500));
  const cancel = window.cancelIdleCallback ?? window.clearTimeout;
  const handle = later(() => {
    for (const part of parts) void part.load();
  });
  return () => cancel(handle);
}
