import Link from "next/link";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn";
import { Kbd } from "./kbd";

type Variant = "primary" | "secondary" | "ghost" | "danger";
type Size = "sm" | "md" | "icon";

const VARIANTS: Record<Variant, string> = {
  primary: "bg-accent text-on-accent hover:bg-accent-hover",
  secondary: "border border-line-strong/60 bg-surface text-ink hover:bg-sunken",
  ghost: "text-ink hover:bg-sunken",
  danger: "bg-danger text-on-danger hover:opacity-90",
};
const SIZES: Record<Size, string> = {
  sm: "min-h-8 px-2.5 text-sm",
  md: "min-h-9 px-3.5 text-base",
  icon: "size-9",
};

/** The one look of everything that acts. */
export const buttonClass = (variant: Variant = "secondary", size: Size = "md", className?: string): string =>
  cn(
    "inline-flex shrink-0 items-center justify-center gap-2 rounded-md font-medium whitespace-nowrap transition-colors",
    "disabled:cursor-not-allowed disabled:opacity-50 aria-disabled:cursor-not-allowed aria-disabled:opacity-50",
    VARIANTS[variant],
    SIZES[size],
    className,
  );

export interface ButtonProps extends ComponentProps<"button"> {
  variant?: Variant;
  size?: Size;
  /** Key that does the same, printed on the button. */
  shortcut?: string;
  /** Keeps its width and stays focusable while the action runs. */
  busy?: boolean;
  icon?: ReactNode;
}

export function Button(props: ButtonProps) {
  const { variant, size, shortcut, busy, icon, className, children, onClick, type = "button", ...rest } = props;
  return (
    <button
      {...rest}
      type={type}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      aria-keyshortcuts={shortcut}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      className={buttonClass(variant, size, className)}
    >
      {icon}
      {children}
      {shortcut && (
        <Kbd className={variant === "primary" ? "border-on-accent/40 bg-transparent text-on-accent" : ""}>
          {shortcut}
        </Kbd>
      )}
    </button>
  );
}

/** Square button with an icon only; `label` is its name and its tooltip. */
export function IconButton({ label, children, ...rest }: Omit<ButtonProps, "icon"> & { label: string }) {
  return (
    <Button variant="ghost" size="icon" aria-label={label} title={label} {...rest}>
      {children}
    </Button>
  );
}

/** A link that looks like a button. */
export function LinkButton({
  variant,
  size,
  icon,
  className,
  children,
  ...rest
}: ComponentProps<typeof Link> & { variant?: Variant; size?: Size; icon?: ReactNode }) {
  return (
    <Link {...rest} className={buttonClass(variant, size, className)}>
      {icon}
      {children}
    </Link>
  );
}
