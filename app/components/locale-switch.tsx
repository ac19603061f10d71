"use client";
import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { chooseLocale } from "@/lib/client/locale";
import { isLocale, LOCALES } from "@/lib/i18n/locales";
import { Select } from "./field";

/** Names of languages stand in their own language. */
const NAMES = { en: "English", ko: "한국어" } as const;

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
      {LOCALES.map((value) => (
        <option key={value} value={value} lang={value}>
          {NAMES[value]}
        </option>
      ))}
    </Select>
  );
}
