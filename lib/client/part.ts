"use client";
/** Parts of the app that are fetched when they are first wanted, not with the page. */
import { useEffect, useState } from "react";
import { reportLostBuild } from "./new-build";

export interface Part<T> {
  /** What was fetched; null until then. */
  readonly value: T | null;
  /** Null when it could not be had: the line is cut, or a new build has replaced the file. The next call tries again. */
  load(): Promise<T | null>;
}

export function definePart<T>(fetchPart: () => Promise<T>): Part<T> {
  let value: T | null = null;
  let pending: Promise<T | null> | undefined;
  return {
    get value() {
      return value;
    },
    load() {
      pending ??= fetchPart().then(
        (loaded) => {
          value = loaded;
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
  };
}

/** The part once it is there and `wanted`; what it belongs to must read well without it. */
export function usePart<T>(part: Part<T>, wanted = true): T | null {
  const [, setLoaded] = useState(false);
  useEffect(() => {
    if (!wanted || part.value) return;
    let mounted = true;
    void part.load().then((loaded) => loaded && mounted && setLoaded(true));
    return () => {
      mounted = false;
    };
  }, [part, wanted]);
  return wanted ? part.value : null;
}

/** Fetches parts while nobody waits, so that they are there when wanted, also after a new build has replaced their files. */
export function preloadParts(parts: readonly Part<unknown>[]): () => void {
  const later = window.requestIdleCallback ?? ((run: () => void) => window.setTimeout(run, 1500));
  const cancel = window.cancelIdleCallback ?? window.clearTimeout;
  const handle = later(() => {
    for (const part of parts) void part.load();
  });
  return () => cancel(handle);
}
