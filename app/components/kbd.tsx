import { cn } from "./cn";

/** A key cap. Decoration beside a label: the key itself is announced through `aria-keyshortcuts` on the control. */
export function Kbd({ children, className }: { children: string; className?: string }) {
  return (
    <span
      aria-hidden="true"
      className={cn(
        "hidden h-5 min-w-5 items-center justify-center rounded-sm border border-line-strong/50 bg-surface px-1",
        "font-mono text-xs text-muted sm:inline-flex",
        className,
      )}
    >
      {children}
    </span>
  );
}
