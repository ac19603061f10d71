/** All texts of the interface, one file a language. English gives the shape; a test holds the other languages to it. */

import type { Locale } from "./locales";
import en from "./messages/en.json";
import koTexts from "./messages/ko.json";

export type Messages = typeof en;
const ko: Messages = koTexts;

export const messagesOf = (locale: Locale): Messages => ({ en, ko })[locale];

declare module "next-intl" {
  interface AppConfig {
    Locale: Locale;
    Messages: Messages;
  }
}
