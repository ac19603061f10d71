"use client";
import { useEffect, useState } from "react";

type Functions = Record<string, (...given: never[]) => unknown>;

/** One object for the component's whole life whose functions do what those of its last render do: what is given it need not render again. For events, not for rendering. */
export function useStable<T extends Functions>(latest: T): T {
  const [held] = useState(() => {
    const now = { functions: latest };
    const names = Object.keys(latest) as (keyof T)[];
    const stable = Object.fromEntries(
      names.map((name) => [name, (...given: never[]) => now.functions[name]?.(...given)]),
    ) as T;
    return { now, stable };
  });
  useEffect(() => {
    held.now.functions = latest;
  });
  return held.stable;
}
