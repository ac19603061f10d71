"use client";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { onLostBuild, watchLostScripts } from "@/lib/client/new-build";
import { Button } from "../button";

/** When this tab turns out to be of an older build: offers to reload, and says that nothing is lost by it. */
export function NewBuildNotice() {
  const t = useTranslations("common.newBuild");
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const stopWatching = watchLostScripts(window);
    const stopHearing = onLostBuild(() => {
      // A cut line looks the same: only a server that answers can have a new build.
      fetch("/healthz", { cache: "no-store" }).then(
        (answer) => answer.ok && setShown(true),
        () => undefined,
      );
    });
    return () => {
      stopWatching();
      stopHearing();
    };
  }, []);
  if (!shown) return null;
  return (
    <div
      role="alert"
      className="flex flex-wrap items-center justify-center gap-3 border-b border-line bg-accent-soft px-4 py-2"
    >
      <p>{t("body")}</p>
      <Button size="sm" variant="primary" onClick={() => window.location.reload()}>
        {t("reload")}
      </Button>
    </div>
  );
}
