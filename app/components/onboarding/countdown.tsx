"use client";
import { Clock } from "lucide-react";
import { useTranslations } from "next-intl";
import { cn } from "../cn";

const pad = (value: number): string => String(value).padStart(2, "0");
const asClock = (seconds: number): string => {
  const hours = Math.floor(seconds / 3600);
  const rest = `${pad(Math.floor((seconds % 3600) / 60))}:${pad(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
};

/** The time left. It is said aloud at ten, five and one minute, and is silent otherwise. */
export function CountdownClock({ secondsLeft, said }: { secondsLeft: number; said: number | null }) {
  const t = useTranslations("annotate.onboarding.test");
  return (
    <p className={cn("flex items-center gap-1.5 tabular-nums", secondsLeft <= 300 && "text-warn")}>
      <Clock size={16} aria-hidden />
      <span className="sr-only">{t("timeLeft")}</span>
      <span role="timer" aria-live="off">
        {asClock(secondsLeft)}
      </span>
      <span aria-live="polite" className="sr-only">
        {said !== null && t("minutesLeft", { minutes: said / 60 })}
      </span>
    </p>
  );
}
