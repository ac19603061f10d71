"use client";
import { useTranslations } from "next-intl";
import type { ReactNode, Ref } from "react";
import { keyLabel } from "@/lib/client/annotate/key-name";
import { useKeys } from "@/lib/client/annotate/preferences";
import type { Safety, VerdictForm } from "@/lib/client/annotate/steps";
import type { AnnotatedItem } from "@/lib/contracts/assignments";
import { REASONS } from "@/lib/domain/reasons";
import { cn } from "../cn";
import { Textarea } from "../field";
import { Kbd } from "../kbd";
import { RiskRow } from "./risk-row";
import { SafetyRow } from "./safety-row";
import { StepBar } from "./step-bar";

interface Props {
  item: AnnotatedItem;
  form: VerdictForm;
  disabled?: boolean;
  onChange: (patch: Partial<VerdictForm>) => void;
  onSafety: (safety: Safety) => void;
  onReason: (reason: (typeof REASONS)[number]) => void;
  noteRef: Ref<HTMLTextAreaElement>;
  noteOpen: boolean;
  onNoteOpen: () => void;
  footer: ReactNode;
}

/** Everything that is answered about a pair, in the order of the keys. */
export function VerdictPanel(props: Props) {
  const { item, form, onChange, disabled } = props;
  const t = useTranslations("annotate.verdict");
  const unsafeChosen = form.safety === "preferred_unsafe";
  const showNote = props.noteOpen || unsafeChosen || form.rationale !== "";
  const asksRisk = item.task === "safety" || item.campaign.kind === "red_team";
  return (
    <div className="flex flex-col gap-3 border-t border-line bg-page px-4 py-3 lg:sticky lg:bottom-0 lg:z-10">
      <div className="relative">
        <StepBar
          form={form}
          disabled={disabled}
          onStep={(step) => onChange({ preferred: step.preferred, strength: step.strength })}
        />
        <BothUnacceptable form={form} disabled={disabled} onChange={onChange} />
      </div>
      {item.task === "safety" && <SafetyRow form={form} disabled={disabled} onSafety={props.onSafety} />}
      {asksRisk && <RiskRow form={form} disabled={disabled} onChange={onChange} />}
      <Reasons {...props} showNote={showNote} />
      {showNote && (
        <Textarea
          ref={props.noteRef}
          dir="auto"
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

/** Beside the forced choice, not instead of it: "both bad" must not pass for a tie. */
function BothUnacceptable({ form, disabled, onChange }: Pick<Props, "form" | "disabled" | "onChange">) {
  const t = useTranslations("annotate.verdict");
  const key = useKeys().bothUnacceptable;
  return (
    <Toggle
      label={t("bothUnacceptable")}
      keyName={key}
      checked={form.bothUnacceptable}
      disabled={disabled}
      onToggle={() => onChange({ bothUnacceptable: !form.bothUnacceptable })}
      className={cn(
        "mt-1 w-fit rounded-md lg:absolute lg:-top-1.5 lg:right-0 lg:mt-0 lg:min-h-7",
        form.bothUnacceptable && "border-warn bg-warn-soft text-warn",
      )}
    />
  );
}

function Reasons({
  form,
  disabled,
  onReason,
  onNoteOpen,
  showNote,
}: Pick<Props, "form" | "disabled" | "onReason" | "onNoteOpen"> & { showNote: boolean }) {
  const t = useTranslations("annotate.verdict");
  const keys = useKeys();
  return (
    <fieldset className="flex flex-wrap items-center gap-x-3 gap-y-2">
      <legend className="sr-only">{t("why")}</legend>
      <span aria-hidden="true" className="text-sm font-medium">
        {t("why")}
      </span>
      <div className="flex flex-wrap gap-1.5">
        {REASONS.map((reason) => (
          <Toggle
            key={reason}
            label={t(`reason.${reason}`)}
            checked={form.reasons.includes(reason)}
            disabled={disabled}
            onToggle={() => onReason(reason)}
          />
        ))}
      </div>
      {!showNote && (
        <button
          type="button"
          disabled={disabled}
          aria-keyshortcuts={keys.note}
          onClick={onNoteOpen}
          className="flex min-h-8 items-center gap-1.5 rounded-md px-2 text-sm text-muted hover:bg-sunken"
        >
          <Kbd>{keyLabel(keys.note)}</Kbd> {t("addNote")}
        </button>
      )}
    </fieldset>
  );
}

interface ToggleProps {
  label: string;
  checked: boolean;
  disabled?: boolean;
  onToggle: () => void;
  keyName?: string;
  className?: string;
}

function Toggle({ label, checked, disabled, onToggle, keyName, className }: ToggleProps) {
  return (
    <label
      className={cn(
        "relative flex min-h-8 cursor-pointer items-center gap-1.5 rounded-full border border-line-strong/50 bg-surface px-3 text-sm hover:bg-sunken",
        "has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
        checked && "border-accent bg-accent-soft font-medium text-accent",
        disabled && "opacity-50",
        className,
      )}
    >
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        aria-keyshortcuts={keyName}
        onChange={onToggle}
        className="absolute inset-0 cursor-pointer opacity-0"
      />
      {keyName ? <Kbd>{keyLabel(keyName)}</Kbd> : checked && <span aria-hidden="true">✓</span>}
      {label}
    </label>
  );
}
