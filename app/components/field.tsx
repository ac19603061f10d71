"use client";
import { type ComponentProps, type ReactNode, useId } from "react";
import { cn } from "./cn";

const CONTROL =
  "w-full rounded-md border border-line-strong/70 bg-surface px-3 text-base text-ink placeholder:text-muted disabled:opacity-60 aria-invalid:border-danger";

export const Input = ({ className, ...rest }: ComponentProps<"input">) => (
  <input {...rest} className={cn(CONTROL, "h-9", className)} />
);

export const Textarea = ({ className, ...rest }: ComponentProps<"textarea">) => (
  <textarea {...rest} className={cn(CONTROL, "min-h-20 py-2 leading-relaxed", className)} />
);

/** The browser's own list: right on phones, screen readers and with every keyboard. */
export const Select = ({ className, ...rest }: ComponentProps<"select">) => (
  <select {...rest} className={cn(CONTROL, "h-9 pr-8", className)} />
);

export function Checkbox({ label, className, ...rest }: Omit<ComponentProps<"input">, "type"> & { label: ReactNode }) {
  return (
    <label className={cn("inline-flex min-h-8 items-center gap-2", className)}>
      <input {...rest} type="checkbox" className="size-4 accent-accent" />
      <span>{label}</span>
    </label>
  );
}

/** Label, control, hint and error tied together. The child gets id, aria-describedby and aria-invalid. */
export function Field({
  label,
  hint,
  error,
  optional,
  children,
  className,
}: {
  label: ReactNode;
  hint?: ReactNode;
  error?: ReactNode;
  /** Word shown after the label, e.g. "optional". */
  optional?: ReactNode;
  children: (control: { id: string; "aria-describedby"?: string; "aria-invalid"?: true }) => ReactNode;
  className?: string;
}) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div className={cn("flex flex-col gap-1", className)}>
      <label htmlFor={id} className="text-sm font-medium">
        {label}
        {optional && <span className="ml-1 font-normal text-muted">{optional}</span>}
      </label>
      {children({
        id,
        ...(note ? { "aria-describedby": `${id}-note` } : {}),
        ...(error ? { "aria-invalid": true as const } : {}),
      })}
      {note && (
        <p id={`${id}-note`} className={cn("text-sm", error ? "text-danger" : "text-muted")}>
          {note}
        </p>
      )}
    </div>
  );
}
