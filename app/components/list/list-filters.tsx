"use client";
import { useTranslations } from "next-intl";
import { useEffect, useId, useRef, useState } from "react";
import type { ListFilter } from "@/lib/client/console/list/list-query";
import type { ListAddress } from "@/lib/client/console/list/use-list";
import { Button } from "../button";
import { Field, Input, Select } from "../field";

/** A list's filters, each kept in the address as soon as it changes. */
export function ListFilters({ list }: { list: Pick<ListAddress, "filters" | "values" | "set" | "clear"> }) {
  const t = useTranslations("console.list");
  const active = Object.keys(list.values).length;
  return (
    <search className="mb-4 flex flex-wrap items-start gap-3">
      {list.filters.map((filter) => (
        <Filter
          key={filter.name}
          filter={filter}
          value={list.values[filter.name] ?? ""}
          onChange={(value) => list.set({ [filter.name]: value })}
        />
      ))}
      {active > 0 && (
        <Button variant="ghost" className="sm:mt-6" onClick={list.clear}>
          {t("clearFilters", { count: active })}
        </Button>
      )}
    </search>
  );
}

function Filter({ filter, value, onChange }: { filter: ListFilter; value: string; onChange: (value: string) => void }) {
  const t = useTranslations("console.list");
  if (filter.kind !== "select") return <TypedFilter filter={filter} value={value} onChange={onChange} />;
  return (
    <Field label={filter.label} className="w-full sm:w-44">
      {(control) => (
        <Select {...control} value={value} onChange={(event) => onChange(event.target.value)}>
          <option value="">{t("any")}</option>
          {filter.options?.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

const TYPING_MS = 250;
const INPUT_TYPES = { text: "search", number: "number", date: "date" } as const;

/** What is typed counts after a short pause, so that not every letter asks the server; what is too short asks nothing. */
function TypedFilter({
  filter,
  value,
  onChange,
}: {
  filter: ListFilter;
  value: string;
  onChange: (value: string) => void;
}) {
  const t = useTranslations("console.list");
  const [typed, setTyped] = useState(value);
  const text = typed.trim();
  const tooShort = text !== "" && filter.isEnough !== undefined && !filter.isEnough(text);
  const asked = tooShort ? "" : text;
  const options = useId();
  const change = useRef(onChange);
  change.current = onChange;
  const known = useRef(value);
  useEffect(() => {
    if (known.current === value) return;
    known.current = value;
    setTyped(value);
  }, [value]);
  useEffect(() => {
    if (asked === known.current) return;
    const timer = setTimeout(() => {
      known.current = asked;
      change.current(asked);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [asked]);
  const kind = filter.kind === "select" ? "text" : filter.kind;
  return (
    <Field
      label={filter.label}
      hint={tooShort ? t("tooShort") : undefined}
      className={kind === "text" ? "w-full sm:w-52" : "w-full sm:w-40"}
    >
      {(control) => (
        <>
          <Input
            {...control}
            type={INPUT_TYPES[kind]}
            min={kind === "number" ? 0 : undefined}
            maxLength={200}
            list={filter.suggestions ? options : undefined}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
          {filter.suggestions && (
            <datalist id={options}>
              {filter.suggestions.map((suggestion) => (
                <option key={suggestion} value={suggestion} />
              ))}
            </datalist>
          )}
        </>
      )}
    </Field>
  );
}
