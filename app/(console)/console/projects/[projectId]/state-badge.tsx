"use client";
import { useTranslations } from "next-intl";
import { Badge, type Tone } from "@/app/components/badge";

const TONES = {
  waiting: "neutral",
  queued: "neutral",
  running: "accent",
  done: "done",
  failed: "danger",
  cancelled: "warn",
} satisfies Record<string, Tone>;
export type RunState = keyof typeof TONES;

/** State of a round, a step or a training run. */
export function StateBadge({ state }: { state: RunState }) {
  const t = useTranslations("console.states");
  return <Badge tone={TONES[state]}>{t(state)}</Badge>;
}
