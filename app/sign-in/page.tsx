import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { authOptions } from "@/lib/auth/options";
import { currentUser } from "@/lib/auth/session";
import { Brand } from "../components/app-shell";
import { LocaleSwitch } from "../components/locale-switch";
import { ThemeToggle } from "../components/theme-toggle";
import { SignInForm } from "./sign-in-form";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("common.signIn"))("title") };
}

/** Only our own paths: an address from the query must not lead elsewhere after sign-in. */
const ownPath = (value: string | string[] | undefined): string => {
  if (typeof value !== "string") return "/";
  const url = URL.canParse(value, "http://own.invalid") ? new URL(value, "http://own.invalid") : null;
  return url && value.startsWith("/") && url.origin === "http://own.invalid" ? `${url.pathname}${url.search}` : "/";
};

export default async function SignInPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[]>>;
}) {
  const query = await searchParams;
  const target = ownPath(query.callbackUrl);
  if (await currentUser()) redirect(target);
  const t = await getTranslations("common.signIn");
  const oidc = authOptions().providers.find((provider) => provider.id === "oidc");
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center gap-6 p-4">
      <div className="w-full max-w-sm rounded-lg border border-line bg-surface p-6">
        <Brand />
        <h1 className="mt-5 mb-4 text-2xl font-semibold tracking-tight">{t("title")}</h1>
        <SignInForm target={target} oidcName={oidc?.name ?? null} failed={query.error !== undefined} />
        <p className="mt-5 text-sm text-muted">{t("help")}</p>
      </div>
      <div className="flex items-center gap-1">
        <LocaleSwitch />
        <ThemeToggle />
      </div>
    </main>
  );
}
