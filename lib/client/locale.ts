/** The interface language: kept in a cookie for every page, and in the account so that it follows the person. */
import { updateMe } from "@/lib/contracts/users";
import type { Locale } from "@/lib/domain/locales";
import { call } from "./call";

const YEAR_SECONDS = 365 * 24 * 3600;

export async function chooseLocale(locale: Locale): Promise<void> {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox and Safari
  document.cookie = `locale=${locale}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
  // Before sign-in there is no account to keep it in; the cookie alone is enough then.
  await call(updateMe, { body: { locale } }).catch(() => undefined);
}
