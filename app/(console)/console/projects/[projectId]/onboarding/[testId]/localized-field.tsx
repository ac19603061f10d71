"use client";
import { useLocale } from "next-intl";
import { Field, Input, Textarea } from "@/app/components/field";
import type { Localized } from "@/lib/domain/entry-test";
import { LOCALES } from "@/lib/i18n/locales";

/** One text in every language of the interface, side by side. A language left empty shows another one to its readers. */
export function LocalizedField(props: {
  label: string;
  value: Localized;
  onChange: (value: Localized) => void;
  rows?: number;
  hint?: string;
}) {
  const names = new Intl.DisplayNames([useLocale()], { type: "language" });
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      {LOCALES.map((locale, index) => {
        const shared = {
          lang: locale,
          value: props.value[locale] ?? "",
          onChange: (event: { target: { value: string } }) =>
            props.onChange({ ...props.value, [locale]: event.target.value }),
        };
        return (
          <Field
            key={locale}
            label={props.label}
            optional={names.of(locale)}
            hint={index === 0 ? props.hint : undefined}
          >
            {(control) =>
              props.rows ? (
                <Textarea {...control} {...shared} rows={props.rows} maxLength={20_000} />
              ) : (
                <Input {...control} {...shared} maxLength={2000} />
              )
            }
          </Field>
        );
      })}
    </div>
  );
}
