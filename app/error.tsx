"use client";
import { useTranslations } from "next-intl";
import { ErrorState } from "./components/states";

/** Last net under a page. The message stays in the console: it may hold internals. */
export default function PageError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  const t = useTranslations("common.crash");
  return (
    <main className="mx-auto max-w-xl p-6">
      <ErrorState
        title={t("title")}
        error={{ message: "", requestId: error.digest }}
        kept={t("kept")}
        onRetry={reset}
      />
    </main>
  );
}
