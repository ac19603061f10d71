/** Which language a page speaks. None stands in the address: a cookie, then the account, then the browser decides. */
import { LOCALES, type Locale } from "@/lib/domain/locales";

export { isLocale, LOCALES, type Locale } from "@/lib/domain/locales";
export const LOCALE_COOKIE = "locale";

const primary = (tag: string): string => tag.split("-")[0] ?? "";

/** The language that serves a wanted tag: the tag itself, else one of the same primary tag ("pt" serves "pt-BR", and the other way round). */
function serving<Tag extends string>(wanted: string, locales: readonly Tag[]): Tag | undefined {
  const exact = locales.find((locale) => locale.toLowerCase() === wanted);
  return exact ?? locales.find((locale) => primary(locale.toLowerCase()) === primary(wanted));
}

/** First language of an Accept-Language header that there is, by quality. */
export function localeOfHeader(header: string | null): Locale | undefined;
export function localeOfHeader<Tag extends string>(header: string | null, locales: readonly Tag[]): Tag | undefined;
export function localeOfHeader(header: string | null, locales: readonly string[] = LOCALES): string | undefined {
  const wanted = (header ?? "")
    .split(",")
    .map((part) => {
      const [tag = "", ...parameters] = part.trim().split(";");
      const quality = parameters.map((text) => /^\s*q=([\d.]+)\s*$/.exec(text)?.[1]).find(Boolean);
      return { tag: tag.toLowerCase(), quality: quality ? Number(quality) : 1 };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
  return wanted.map(({ tag }) => serving(tag, locales)).find((locale) => locale !== undefined);
}
