/** next-intl's per-request configuration (named in next.config.js). */
import { cookies, headers } from "next/headers";
import { getRequestConfig } from "next-intl/server";
import { currentUser } from "@/lib/auth/session";
import { DEFAULT_LOCALE } from "@/lib/domain/locales";
import { isLocale, LOCALE_COOKIE, type Locale, localeOfHeader } from "./locales";
import { messagesOf } from "./messages";

async function chosenLocale(): Promise<Locale> {
  const cookie = (await cookies()).get(LOCALE_COOKIE)?.value;
  if (isLocale(cookie)) return cookie;
  const account = (await currentUser())?.locale;
  if (isLocale(account)) return account;
  return localeOfHeader((await headers()).get("accept-language")) ?? DEFAULT_LOCALE;
}

export default getRequestConfig(async () => {
  const locale = await chosenLocale();
  return { locale, messages: await messagesOf(locale), timeZone: "UTC", now: new Date() };
});
