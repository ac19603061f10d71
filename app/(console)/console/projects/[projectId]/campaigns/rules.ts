/** A campaign's rules between the form, in percent and seconds, and the contract, in shares and milliseconds. */
import type { CampaignRules } from "@/lib/contracts/campaigns";
import { ORDERINGS } from "@/lib/domain/ordering";

export const percent = (share: number) => Math.round(share * 100);

/** What the form says (rules-fields.tsx). What is not a number leaves no limit, or 0. */
export function rulesOf(form: FormData): CampaignRules {
  const text = (name: string) => String(form.get(name) ?? "").trim();
  const number = (name: string) => Number(text(name)) || 0;
  const limit = (name: string) => (text(name) === "" ? null : number(name));
  return {
    ordering: ORDERINGS.find((ordering) => ordering === text("ordering")) ?? "random",
    languages: [
      ...new Set(
        text("languages")
          .toLowerCase()
          .split(/[\s,]+/)
          .filter(Boolean),
      ),
    ],
    certifiedOnly: form.has("certifiedOnly"),
    goldShare: number("goldPercent") / 100,
    mirrorShare: number("mirrorPercent") / 100,
    mirrorAfterDays: number("mirrorAfterDays"),
    durationMinMs: Math.round(number("durationMinSeconds") * 1000),
    judgementsMaxPerDay: limit("judgementsMaxPerDay"),
    exposureMaxPerDay: limit("exposureMaxPerDay"),
    cooldownMinutes: number("cooldownMinutes"),
    voteEarly: form.has("voteEarly"),
    reviewShare: text("reviewPercent") === "" ? null : number("reviewPercent") / 100,
  };
}

export const DEFAULT_RULES: CampaignRules = {
  ordering: "random",
  languages: [],
  certifiedOnly: false,
  goldShare: 0,
  mirrorShare: 0,
  mirrorAfterDays: 14,
  durationMinMs: 0,
  judgementsMaxPerDay: null,
  exposureMaxPerDay: null,
  cooldownMinutes: 0,
  voteEarly: false,
  reviewShare: null,
};
