"use client";
import { ShieldAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { useId } from "react";
import { keyLabel } from "@/lib/client/annotate/key-name";
import { useKeys } from "@/lib/client/annotate/preferences";
import { SAFETY_ACTIONS, type Safety, type VerdictForm } from "@/lib/client/annotate/steps";
import { cn } from "../cn";
import { Kbd } from "../kbd";

const TRAINED: Safety[] = ["preferred_safe", "both_safe", "both_unsafe"];

interface Props {
  form: VerdictForm;
  disabled?: boolean;
  onSafety: (safety: Safety) => void;
}

/** Three bins of the paper; the fourth combination stands apart and leads to a reason and a reviewer. */
export function SafetyRow({ form, disabled, onSafety }: Props) {
  const t = useTranslations("annotate.verdict");
  const keys = useKeys();
  const group = useId();
  const chosen = form.preferred?.toUpperCase() ?? t("chosen");
  const other = form.preferred ? (form.preferred === "a" ? "B" : "A") : t("other");
  const option = (safety: Safety, className?: string) => (
    <label
      key={safety}
      className={cn(
        "relative flex min-h-11 cursor-pointer items-center gap-1.5 rounded-md border border-line-strong/50 bg-surface px-2.5 text-sm leading-tight hover:bg-sunken sm:min-h-10",
        "has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
        form.safety === safety && "border-accent bg-accent-soft font-semibold text-accent ring-1 ring-accent",
        form.safety === safety &&
          safety === "preferred_unsafe" &&
          "border-danger bg-danger-soft text-danger ring-danger",
        className,
      )}
    >
      <input
        type="radio"
        name={group}
        checked={form.safety === safety}
        aria-keyshortcuts={keys[SAFETY_ACTIONS[safety]]}
        onChange={() => onSafety(safety)}
        className="absolute inset-0 cursor-pointer opacity-0"
      />
      <Kbd>{keyLabel(keys[SAFETY_ACTIONS[safety]])}</Kbd>
      {safety === "preferred_unsafe" && <ShieldAlert size={14} aria-hidden />}
      {t(`safety.${safety}`, { chosen, other })}
    </label>
  );
  return (
    <fieldset disabled={disabled} className="min-w-0 disabled:opacity-50">
      <legend className="mb-1.5 text-sm font-medium max-sm:sr-only">{t("safetyQuestion")}</legend>
      <div
        role="radiogroup"
        aria-label={t("safetyQuestion")}
        className="grid grid-cols-2 gap-1 sm:flex sm:flex-wrap sm:items-center sm:gap-1.5"
      >
        {TRAINED.map((safety) => option(safety))}
        <span className="mx-1 hidden h-6 w-px bg-line-strong/50 sm:block" />
        {option("preferred_unsafe", "border-dashed")}
        {form.safety === "preferred_unsafe" && (
          <span className="col-span-2 text-sm text-danger">{t("goesToReview")}</span>
        )}
      </div>
    </fieldset>
  );
}
