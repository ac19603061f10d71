import { getTranslations } from "next-intl/server";
import { LinkButton } from "./components/button";
import { EmptyState } from "./components/states";

export default async function NotFound() {
  const t = await getTranslations("common.notFound");
  return (
    <main className="flex min-h-dvh items-center justify-center">
      <EmptyState isPage title={t("title")} action={<LinkButton href="/">{t("home")}</LinkButton>}>
        {t("body")}
      </EmptyState>
    </main>
  );
}
