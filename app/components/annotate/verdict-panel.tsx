"use client";
import { ShieldAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode, Ref } from "react";
import {
  type Missing,
  REASONS,
  SAFETY_KEYS,
  type Safety,
  type Task,
  type VerdictForm,
} from "@/lib/client/annotate/steps";
import { cn } from "../cn";
import { Textarea } from "../field";
import { Kbd } from "../kbd";
import { StepBar } from "./step-bar";

const TRAINED: Safety[] = ["preferred_safe", "both_safe", "both_unsafe"];

interface Props {
  task: Task;
  form: VerdictForm;
  missing: Missing[];
  disabled?: boolean;
  onChange: (patch: Partial<VerdictForm>) => void;
  onTag: (tag: string) => void;
  noteRef: Ref<HTMLTextAreaElement>;
  noteOpen: boolean;
  onNoteOpen: () => void;
  footer: ReactNode;
}

/** Everything that is answered about a pair, in the order of the keys. */
export function VerdictPanel(props: Props) {
  const { task, form, onChange, disabled } = props;
  const t = useTranslations("annotate.verdict");
  const unsafeChosen = form.safety === "preferred_unsafe";
  const showNote = props.noteOpen || unsafeChosen || form.rationale !== "";
  return (
    <div className="flex flex-col gap-3 border-t border-line bg-page px-4 py-3 lg:sticky lg:bottom-0 lg:z-10">
      <StepBar
        form={form}
        disabled={disabled}
        onStep={(step) => onChange({ preferred: step.preferred, strength: step.strength })}
      />
      {task === "safety" && <SafetyRow form={form} disabled={disabled} onChange={onChange} />}
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <span className="text-sm font-medium">{t("why")}</span>
        <div className="flex flex-wrap gap-1.5">
          {REASONS.map((reason) => (
            <Chip
              key={reason}
              label={t(`reason.${reason}`)}
              checked={form.tags.includes(reason)}
              disabled={disabled}
              onToggle={() => props.onTag(reason)}
            />
          ))}
        </div>
        {!showNote && (
          <button
            type="button"
            disabled={disabled}
            onClick={props.onNoteOpen}
            className="flex min-h-8 items-center gap-1.5 rounded-md px-2 text-sm text-muted hover:bg-sunken"
          >
            <Kbd>n</Kbd> {t("addNote")}
          </button>
        )}
      </div>
      {showNote && (
        <Textarea
          ref={props.noteRef}
          aria-label={unsafeChosen ? t("unsafeWhy") : t("note")}
          placeholder={unsafeChosen ? t("unsafeWhy") : t("note")}
          value={form.rationale}
          disabled={disabled}
          maxLength={10_000}
          onChange={(event) => onChange({ rationale: event.target.value })}
          onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
          className="min-h-16"
        />
      )}
      {props.footer}
    </div>
  );
}

function SafetyRow({ form, disabled, onChange }: Pick<Props, "form" | "disabled" | "onChange">) {
  const t = useTranslations("annotate.verdict");
  const chosen = form.preferred?.toUpperCase() ?? t("chosen");
  const other = form.preferred ? (form.preferred === "a" ? "B" : "A") : t("other");
  const option = (safety: Safety, className?: string) => (
    <label
      key={safety}
      className={cn(
        "relative flex min-h-10 cursor-pointer items-center gap-1.5 rounded-md border border-line-strong/50 bg-surface px-2.5 text-sm hover:bg-sunken",
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
        name="safety"
        checked={form.safety === safety}
        aria-keyshortcuts={SAFETY_KEYS[safety]}
        onChange={() => onChange({ safety })}
        className="absolute inset-0 cursor-pointer opacity-0"
      />
      <Kbd>{SAFETY_KEYS[safety]}</Kbd>
      {safety === "preferred_unsafe" && <ShieldAlert size={14} aria-hidden />}
      {t(`safety.${safety}`, { chosen, other })}
    </label>
  );
  return (
    <fieldset disabled={disabled} className="min-w-0 disabled:opacity-50">
      <legend className="mb-1.5 text-sm font-medium">{t("safetyQuestion")}</legend>
      <div role="radiogroup" aria-label={t("safetyQuestion")} className="flex flex-wrap items-center gap-1.5">
        {TRAINED.map((safety) => option(safety))}
        <span className="mx-1 hidden h-6 w-px bg-line-strong/50 sm:block" />
        {option("preferred_unsafe", "border-dashed")}
        {form.safety === "preferred_unsafe" && <span className="text-sm text-danger">{t("goesToReview")}</span>}
      </div>
    </fieldset>
  );
}

function Chip({
  label,
  checked,
  disabled,
  onToggle,
}: {
  label: string;
  checked: boolean;
  disabled?: boolean;
  onToggle: () => void;
}) {
  return (
    <label
      className={cn(
        "relative flex min-h-8 cursor-pointer items-center rounded-full border border-line-strong/50 bg-surface px-3 text-sm hover:bg-sunken",
        "has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
        checked && "border-accent bg-accent-soft font-medium text-accent",
        disabled && "opacity-50",
      )}
    >
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={onToggle}
        className="absolute inset-0 cursor-pointer opacity-0"
      />
      {checked && <span aria-hidden="true">✓&nbsp;</span>}
      {label}
    </label>
  );
}
