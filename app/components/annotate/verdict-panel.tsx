"use client";
import { ChevronDown, ChevronUp } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, type Ref, useId } from "react";
import { keyLabel } from "@/lib/client/annotate/key-name";
import { useKeys } from "@/lib/client/annotate/preferences";
import { answeredBeside, type Safety, type VerdictForm } from "@/lib/client/annotate/steps";
import type { AnnotatedItem } from "@/lib/contracts/assignments";
import { REASONS } from "@/lib/domain/reasons";
import { Button } from "../button";
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
  /** Whether a narrow screen shows more than what every verdict needs. */
  unfolded: boolean;
  onUnfold: (unfolded: boolean) => void;
  footer: ReactNode;
}

/**
 * Everything that is answered about a pair, in the order of the keys. It stays in view; on a narrow screen with what every verdict
 * needs alone and the rest on demand, so that the answers keep the room. Where there is hardly any height it scrolls with them.
 */
export function VerdictPanel(props: Props) {
  const { item, form, onChange, disabled, unfolded } = props;
  const t = useTranslations("annotate.verdict");
  const more = useId();
  const unsafeChosen = form.safety === "preferred_unsafe";
  const showNote = props.noteOpen || unsafeChosen || form.rationale !== "";
  const asksRisk = item.task === "safety" || item.campaign.kind === "red_team";
  return (
    <div
      className={cn(
        "bottom-0 z-10 flex shrink-0 flex-col gap-2 border-t border-line bg-page px-4 pt-2 lg:sticky lg:gap-3 lg:py-3 [@media(min-height:36rem)]:sticky",
        unfolded && "max-lg:overflow-y-auto max-lg:[@media(min-height:36rem)]:max-h-[60dvh]",
      )}
    >
      <div className="relative">
        <Unfold form={form} controls={more} unfolded={unfolded} onUnfold={props.onUnfold} />
        <StepBar
          form={form}
          disabled={disabled}
          onStep={(step) => onChange({ preferred: step.preferred, strength: step.strength })}
        />
        <BothUnacceptable
          form={form}
          disabled={disabled}
          onChange={onChange}
          className={unfolded ? undefined : "max-lg:hidden"}
        />
      </div>
      {item.task === "safety" && <SafetyRow form={form} disabled={disabled} onSafety={props.onSafety} />}
      <div id={more} className={cn("flex flex-col gap-3", !unfolded && "max-lg:hidden")}>
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
      </div>
      {props.footer}
    </div>
  );
}

interface UnfoldProps {
  form: VerdictForm;
  /** Id of what it shows and hides. */
  controls: string;
  unfolded: boolean;
  onUnfold: (unfolded: boolean) => void;
}

/** Shows and hides what stands beside the verdict on a narrow screen, and says how much of it is answered. */
function Unfold({ form, controls, unfolded, onUnfold }: UnfoldProps) {
  const t = useTranslations("annotate.verdict");
  const Arrow = unfolded ? ChevronDown : ChevronUp;
  return (
    <Button
      variant="ghost"
      size="sm"
      aria-expanded={unfolded}
      aria-controls={controls}
      onClick={() => onUnfold(!unfolded)}
      icon={<Arrow size={16} aria-hidden />}
      className="absolute -top-2 -right-2 lg:hidden"
    >
      {t("more", { count: answeredBeside(form) })}
    </Button>
  );
}

/** Beside the forced choice, not instead of it: "both bad" must not pass for a tie. */
function BothUnacceptable({
  form,
  disabled,
  onChange,
  className,
}: Pick<Props, "form" | "disabled" | "onChange"> & { className?: string }) {
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
        className,
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
