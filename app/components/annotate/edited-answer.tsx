"use client";
import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import { type Ref, useId } from "react";
import type { Side } from "@/lib/contracts/annotation-shapes";
import { Button } from "../button";
import { Textarea } from "../field";
import { DiffText } from "./diff-text";

interface Props {
  value: string;
  /** The preferred answer, which the edit starts from. */
  base: string;
  side: Side;
  language: string;
  disabled: boolean;
  onChange: (text: string) => void;
  onRemove: () => void;
  textRef: Ref<HTMLTextAreaElement>;
}

/** A third answer that ranks above both, with what was changed against the preferred one. */
export function EditedAnswer({ value, base, side, language, disabled, onChange, onRemove, textRef }: Props) {
  const t = useTranslations("annotate.edited");
  const hint = useId();
  return (
    <section
      aria-label={t("title")}
      className="grid gap-4 border-t border-line bg-sunken px-4 py-3 lg:grid-cols-2 lg:px-6"
    >
      <div className="min-w-0">
        <div className="mb-2 flex flex-wrap items-center justify-between gap-2">
          <h2 className="font-semibold">{t("title")}</h2>
          <Button size="sm" variant="ghost" icon={<X size={14} aria-hidden />} disabled={disabled} onClick={onRemove}>
            {t("remove")}
          </Button>
        </div>
        <Textarea
          ref={textRef}
          lang={language}
          dir="auto"
          aria-label={t("title")}
          aria-describedby={hint}
          value={value}
          disabled={disabled}
          maxLength={40_000}
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
          className="min-h-40 text-read"
        />
        <p id={hint} className="mt-1 text-sm text-muted">
          {t("hint")}
        </p>
      </div>
      <div className="min-w-0">
        <h3 className="mb-2 text-sm font-medium text-muted">{t("changes", { side: side.toUpperCase() })}</h3>
        {value === base ? (
          <p className="text-muted">{t("unchanged")}</p>
        ) : (
          <DiffText text={value} against={base} side={side} language={language} />
        )}
      </div>
    </section>
  );
}
