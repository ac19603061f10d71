"use client";
/** Keeps somebody who has written something from leaving the page by mistake. */
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";

/** `leaving`: the page asks whether to go on to another one of ours; `leave` goes there, `stay` does not. */
export function useUnsaved(dirty: boolean) {
  const router = useRouter();
  const [target, setTarget] = useState<string | null>(null);
  useEffect(() => {
    if (!dirty) return;
    // Closing the tab and going elsewhere: the browser asks in its own words.
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    const onClick = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[href]") : null;
      if (!link || link.target || link.origin !== window.location.origin) return;
      if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      if (link.pathname === window.location.pathname) return;
      event.preventDefault();
      event.stopPropagation();
      setTarget(link.pathname + link.search);
    };
    window.addEventListener("beforeunload", ask);
    document.addEventListener("click", onClick, { capture: true });
    return () => {
      window.removeEventListener("beforeunload", ask);
      document.removeEventListener("click", onClick, { capture: true });
    };
  }, [dirty]);
  return {
    leaving: target !== null,
    stay: () => setTarget(null),
    leave: () => target && router.push(target),
  };
}
