"use client";
import { useTranslations } from "next-intl";
import { Field, Input, Select } from "@/app/components/field";

const MODES = ["keep", "by", "now"] as const;

export interface CertificatesChoice {
  mode: (typeof MODES)[number];
  /** A day, YYYY-MM-DD; its end counts. */
  day: string;
  reason: string;
}
export const KEEP: CertificatesChoice = { mode: "keep", day: "", reason: "" };

/** The choice as the endpoint takes it. */
export const certificatesOf = ({ mode, day, reason }: CertificatesChoice) =>
  mode === "by"
    ? { mode, reason, dueAt: new Date(`${day}T23:59:59`).toISOString() }
    : mode === "now"
      ? { mode, reason }
      : { mode };

/** What new guidelines do to the certificates of before. */
export function CertificatesField(props: { value: CertificatesChoice; onChange: (value: CertificatesChoice) => void }) {
  const t = useTranslations("console.guidelines.certificates");
  const { value, onChange } = props;
  return (
    <div className="my-3 flex flex-col gap-3">
      <Field label={t("label")} hint={value.mode === "now" ? t("nowWarning") : t("hint")}>
        {(control) => (
          <Select
            {...control}
            value={value.mode}
            onChange={(event) =>
              onChange({ ...value, mode: MODES.find((mode) => mode === event.target.value) ?? "keep" })
            }
          >
            {MODES.map((mode) => (
              <option key={mode} value={mode}>
                {t(`modes.${mode}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {value.mode === "by" && (
        <Field label={t("dueAt")}>
          {(control) => (
            <Input
              {...control}
              type="date"
              required
              value={value.day}
              onChange={(event) => onChange({ ...value, day: event.target.value })}
            />
          )}
        </Field>
      )}
      {value.mode !== "keep" && (
        <Field label={t("reason")}>
          {(control) => (
            <Input
              {...control}
              maxLength={500}
              value={value.reason}
              onChange={(event) => onChange({ ...value, reason: event.target.value })}
            />
          )}
        </Field>
      )}
    </div>
  );
}
