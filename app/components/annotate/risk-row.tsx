"use client";
import { useTranslations } from "next-intl";
import { useId } from "react";
import type { VerdictForm } from "@/lib/client/annotate/steps";
import { ATTACK_VECTORS, type AttackVector, RISK_CATEGORIES, type RiskCategory } from "@/lib/domain/red-team";
import { cn } from "../cn";
import { Select } from "../field";

const SEVERITIES = [1, 2, 3, 4, 5] as const;

interface Props {
  form: VerdictForm;
  disabled?: boolean;
  onChange: (patch: Partial<VerdictForm>) => void;
}

/** Of what kind the danger is, how it was provoked, and how bad the worse answer is (paper section 4.2.1). All optional. */
export function RiskRow({ form, disabled, onChange }: Props) {
  const t = useTranslations("annotate.risk");
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
      <Select
        aria-label={t("category")}
        value={form.riskCategory ?? ""}
        disabled={disabled}
        onChange={(event) => onChange({ riskCategory: (event.target.value || null) as RiskCategory | null })}
        className="w-auto max-w-full"
      >
        <option value="">{t("noCategory")}</option>
        {RISK_CATEGORIES.map((category) => (
          <option key={category} value={category}>
            {t(`categories.${category}`)}
          </option>
        ))}
      </Select>
      <span aria-hidden="true" className="text-muted">
        ×
      </span>
      <Select
        aria-label={t("vector")}
        value={form.attackVector ?? ""}
        disabled={disabled}
        onChange={(event) => onChange({ attackVector: (event.target.value || null) as AttackVector | null })}
        className="w-auto max-w-full"
      >
        <option value="">{t("noVector")}</option>
        {ATTACK_VECTORS.map((vector) => (
          <option key={vector} value={vector}>
            {t(`vectors.${vector}`)}
          </option>
        ))}
      </Select>
      <Severity form={form} disabled={disabled} onChange={onChange} />
    </div>
  );
}

function Severity({ form, disabled, onChange }: Props) {
  const t = useTranslations("annotate.risk");
  const group = useId();
  return (
    <fieldset disabled={disabled} className="flex items-center gap-1 disabled:opacity-50">
      <legend className="sr-only">{t("severity")}</legend>
      <span aria-hidden="true" className="mr-1 text-sm text-muted">
        {t("severity")}
      </span>
      {SEVERITIES.map((severity) => (
        <label
          key={severity}
          title={t(`severities.${severity}`)}
          className={cn(
            "relative flex size-8 cursor-pointer items-center justify-center rounded-md border border-line-strong/50 bg-surface text-sm tabular-nums hover:bg-sunken",
            "has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
            form.severity === severity && "border-danger bg-danger-soft font-semibold text-danger",
          )}
        >
          <input
            type="radio"
            name={group}
            checked={form.severity === severity}
            aria-label={t("severityName", { severity, meaning: t(`severities.${severity}`) })}
            onChange={() => onChange({ severity })}
            // Pressed again, the mark is taken back.
            onClick={() => form.severity === severity && onChange({ severity: null })}
            className="absolute inset-0 cursor-pointer opacity-0"
          />
          {severity}
        </label>
      ))}
    </fieldset>
  );
}
