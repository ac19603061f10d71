/** All texts of the interface, one file a language. English gives the shape; a test holds the other languages to it. */

import type { Locale } from "./locales";
import type en from "./messages/en.json";

export type Messages = typeof en;

/** The file is found by its name, so that a new language needs no line here. */
export async function messagesOf(locale: Locale): Promise<Messages> {
  const file: { default: Messages } = await import(`./messages/${locale}.json`);
  return file.default;
}

declare module "next-intl" {
  interface AppConfig {
    Locale: Locale;
    Messages: Messages;
  }
}
