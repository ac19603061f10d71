"use client";
import { AlertTriangle } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Button } from "./button";
import { cn } from "./cn";

/** Holds the place of what is loading. Give it the size of what will come. */
export const Skeleton = ({ className }: { className?: string }) => (
  <div aria-hidden="true" className={cn("skeleton h-4", className)} />
);

/** What this place is, and the one thing to do next. */
export function EmptyState({
  title,
  isPage,
  children,
  action,
  icon,
}: {
  title: ReactNode;
  /** The page is nothing else: the title is its heading. */
  isPage?: boolean;
  children?: ReactNode;
  action?: ReactNode;
  icon?: ReactNode;
}) {
  const Title = isPage ? "h1" : "p";
  return (
    <div className="flex flex-col items-center gap-3 px-4 py-12 text-center">
      {icon && <div className="text-muted">{icon}</div>}
      <Title className="text-lg font-semibold">{title}</Title>
      {children && <div className="max-w-md text-muted">{children}</div>}
      {action}
    </div>
  );
}

/** What happened, what was kept, what to do. `error` is a ProblemError or any Error; only its message is shown. */
export function ErrorState({
  title,
  error,
  kept,
  onRetry,
  className,
}: {
  title?: ReactNode;
  error: { message: string; requestId?: string } | null;
  kept?: ReactNode;
  onRetry?: () => void;
  className?: string;
}) {
  const t = useTranslations("common");
  return (
    <div role="alert" className={cn("rounded-lg border border-danger/40 bg-danger-soft p-4", className)}>
      <p className="flex items-center gap-2 font-semibold text-danger">
        <AlertTriangle size={16} aria-hidden />
        {title ?? t("errorTitle")}
      </p>
      {error && <p className="mt-1 break-words">{error.message}</p>}
      {kept && <p className="mt-1 text-muted">{kept}</p>}
      {error?.requestId && <p className="mt-1 text-xs text-muted">{t("requestId", { id: error.requestId })}</p>}
      {onRetry && (
        <Button size="sm" className="mt-3" onClick={onRetry}>
          {t("retry")}
        </Button>
      )}
    </div>
  );
}

/** `fraction` 0..1, or null while unknown. `label` says what is progressing. */
export function ProgressBar({
  fraction,
  label,
  className,
}: {
  fraction: number | null;
  label: string;
  className?: string;
}) {
  const percent = fraction === null ? undefined : Math.round(Math.min(1, Math.max(0, fraction)) * 100);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      className={cn("h-1.5 overflow-hidden rounded-full bg-sunken", className)}
    >
      <div
        style={{ width: `${percent ?? 30}%` }}
        className={cn(
          "h-full rounded-full bg-accent transition-[width]",
          percent === undefined && "skeleton bg-accent",
        )}
      />
    </div>
  );
}
