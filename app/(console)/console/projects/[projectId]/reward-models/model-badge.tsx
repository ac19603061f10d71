"use client";
import { useTranslations } from "next-intl";
import { Badge, type Tone } from "@/app/components/badge";
import type { RewardModel } from "@/lib/contracts/reward-models";

const TONES: Record<RewardModel["state"], Tone> = { candidate: "neutral", serving: "done", retired: "neutral" };

export function ModelBadge({ state }: { state: RewardModel["state"] }) {
  const t = useTranslations("console.rewardModels.states");
  return <Badge tone={TONES[state]}>{t(state)}</Badge>;
}
