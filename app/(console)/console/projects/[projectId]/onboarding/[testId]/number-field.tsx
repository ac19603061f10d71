"use client";
import { Field, Input } from "@/app/components/field";

interface Props {
  label: string;
  hint?: string;
  value: number | null;
  min: number;
  max: number;
  /** Any fraction, where given. */
  step?: number;
  /** Whether it may be left empty (null). */
  empty?: boolean;
  onChange: (value: number | null) => void;
}

export function NumberField({ label, hint, value, min, max, step, empty, onChange }: Props) {
  const change = (text: string) => {
    if (text === "") return empty ? onChange(null) : undefined;
    const next = Number(text);
    if (Number.isFinite(next) && next >= min && next <= max) onChange(step ? next : Math.round(next));
  };
  return (
    <Field label={label} hint={hint}>
      {(control) => (
        <Input
          {...control}
          key={value === null ? "empty" : "set"}
          type="number"
          inputMode="decimal"
          min={min}
          max={max}
          step={step ?? 1}
          required={!empty}
          defaultValue={value ?? ""}
          onChange={(event) => change(event.target.value)}
        />
      )}
    </Field>
  );
}
