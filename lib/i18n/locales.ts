/** Which language a page speaks. None stands in the address: a cookie, then the account, then the browser decides. */
import { isLocale, type Locale } from "@/lib/domain/locales";

export { isLocale, LOCALES, type Locale } from "@/lib/domain/locales";
export const LOCALE_COOKIE = "locale";

/** First known language of an Accept-Language header, by quality. */
export function localeOfHeader(header: string | null): Locale | undefined {
  const wanted = (header ?? "")
    .split(",")
    .map((part) => {
      const [tag = "", ...parameters] = part.trim().split(";");
      const quality = parameters.map((text) => /^\s*q=([\d.]+)\s*$/.exec(text)?.[1]).find(Boolean);
      return { language: tag.split("-")[0]?.toLowerCase(), quality: quality ? Number(quality) : 1 };
    })
    .sort((a, b) => b.quality - a.quality);
  return wanted.map((entry) => entry.language).find(isLocale);
}
