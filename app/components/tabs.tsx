"use client";
import { Tabs as Primitive } from "radix-ui";
import type { ReactNode } from "react";

export interface TabItem {
  value: string;
  label: ReactNode;
  content: ReactNode;
}

/** Uncontrolled unless `value` is given (for tabs kept in the address). */
export function Tabs({
  items,
  label,
  value,
  onValueChange,
}: {
  items: TabItem[];
  label: string;
  value?: string;
  onValueChange?: (value: string) => void;
}) {
  const control = value === undefined ? { defaultValue: items[0]?.value } : { value };
  return (
    <Primitive.Root {...control} onValueChange={onValueChange}>
      <Primitive.List aria-label={label} className="mb-4 flex gap-1 overflow-x-auto border-b border-line">
        {items.map((item) => (
          <Primitive.Trigger
            key={item.value}
            value={item.value}
            className="-mb-px min-h-10 border-b-2 border-transparent px-3 font-medium whitespace-nowrap text-muted hover:text-ink data-[state=active]:border-accent data-[state=active]:text-ink"
          >
            {item.label}
          </Primitive.Trigger>
        ))}
      </Primitive.List>
      {items.map((item) => (
        <Primitive.Content key={item.value} value={item.value}>
          {item.content}
        </Primitive.Content>
      ))}
    </Primitive.Root>
  );
}
