import { LOCALES, localeName } from "@/lib/domain/locales";

/** The interface's languages for a select, each in its own words. */
export const LocaleOptions = () =>
  LOCALES.map((locale) => (
    <option key={locale} value={locale} lang={locale}>
      {localeName(locale)}
    </option>
  ));
