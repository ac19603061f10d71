"use client";
import { useTranslations } from "next-intl";
import { isLostScript } from "@/lib/client/new-build";
import { ErrorState } from "./components/states";

/** Last net under a page. The message stays in the console: it may hold internals. */
export default function PageError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  const t = useTranslations("common.crash");
  // A script of this build is gone: only a reload brings the new one.
  const outdated = isLostScript(error);
  return (
    <main className="mx-auto max-w-xl p-6">
      <ErrorState
        title={outdated ? t("outdated") : t("title")}
        error={{ message: "", requestId: error.digest }}
        kept={t("kept")}
        onRetry={outdated ? () => window.location.reload() : reset}
      />
    </main>
  );
}
