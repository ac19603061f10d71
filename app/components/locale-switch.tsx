"use client";
import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { chooseLocale } from "@/lib/client/locale";
import { isLocale } from "@/lib/domain/locales";
import { Select } from "./field";
import { LocaleOptions } from "./locale-options";

/** Names of languages stand in their own language. */
export function LocaleSwitch() {
  const t = useTranslations("common");
  const router = useRouter();
  const locale = useLocale();
  const change = async (value: string) => {
    if (!isLocale(value)) return;
    await chooseLocale(value);
    router.refresh();
  };
  return (
    <Select
      aria-label={t("language")}
      value={locale}
      onChange={(event) => change(event.target.value)}
      className="w-auto border-transparent bg-transparent text-sm hover:bg-sunken"
    >
      <LocaleOptions />
    </Select>
  );
}
