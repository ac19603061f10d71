"use client";
import { useTranslations } from "next-intl";
import { useEffect, useSyncExternalStore } from "react";
import { isSignedOut, noteSignedIn, subscribeSignedOut } from "@/lib/client/signed-out";
import { LinkButton } from "./button";

/** Plain fetch: a refusal here is expected and must not announce itself again. */
async function isSignedInAgain(): Promise<boolean> {
  const answer = await fetch("/api/v1/me", { credentials: "same-origin", cache: "no-store" }).catch(() => null);
  return answer?.ok ?? false;
}

/** Over the bar at the top, so that neither the text nor what sends it is in the way: says that the session is over, and that nothing is lost. */
export function SignedOutBar() {
  const t = useTranslations("common.signedOut");
  const shown = useSyncExternalStore(subscribeSignedOut, isSignedOut, () => false);
  useEffect(() => {
    if (!shown) return;
    const look = () => void isSignedInAgain().then((back) => back && noteSignedIn());
    window.addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    return () => {
      window.removeEventListener("focus", look);
      document.removeEventListener("visibilitychange", look);
    };
  }, [shown]);
  return (
    <div role="alert" className="fixed inset-x-0 top-0 z-50 flex justify-center p-1 empty:hidden">
      {shown && (
        <div className="flex flex-wrap items-center gap-3 rounded-lg border border-line bg-surface px-4 py-1 shadow-lg">
          <p className="text-sm">{t("text")}</p>
          <LinkButton href="/sign-in" target="_blank" size="sm" variant="primary">
            {t("signIn")}
          </LinkButton>
        </div>
      )}
    </div>
  );
}
