/** All texts of the interface, by area. English gives the shape; a test holds the other languages to it. */

import type { Locale } from "./locales";
import annotateEn from "./messages/annotate.en.json";
import annotateKo from "./messages/annotate.ko.json";
import commonEn from "./messages/common.en.json";
import commonKo from "./messages/common.ko.json";
import consoleEn from "./messages/console.en.json";
import consoleKo from "./messages/console.ko.json";

const en = { common: commonEn, annotate: annotateEn, console: consoleEn };
export type Messages = typeof en;
const ko: Messages = { common: commonKo, annotate: annotateKo, console: consoleKo };

export const messagesOf = (locale: Locale): Messages => ({ en, ko })[locale];

declare module "next-intl" {
  interface AppConfig {
    Locale: Locale;
    Messages: Messages;
  }
}
