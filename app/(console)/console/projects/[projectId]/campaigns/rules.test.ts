import { expect, it } from "vitest";
import { createCampaign, updateCampaign } from "@/lib/contracts/campaigns";
import { DEFAULT_RULES, percent, rulesOf } from "./rules";

const formOf = (fields: Record<string, string>): FormData => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return form;
};

it("leaves an empty share of reviews to the project's settings and takes 0 as none", () => {
  expect(rulesOf(formOf({ reviewPercent: "" })).reviewShare).toBeNull();
  expect(rulesOf(formOf({ reviewPercent: "0" })).reviewShare).toBe(0);
  expect(rulesOf(formOf({ reviewPercent: "25" })).reviewShare).toBe(0.25);
  expect(DEFAULT_RULES.reviewShare).toBeNull();
});

it("gives what both endpoints take, and what the form shows again", () => {
  const rules = rulesOf(
    formOf({
      ...{
        ordering: "disagreement",
        languages: "ko, EN ko",
        goldPercent: "10",
        mirrorPercent: "5",
        mirrorAfterDays: "14",
      },
      ...{
        reviewPercent: "33",
        durationMinSeconds: "1.5",
        judgementsMaxPerDay: "",
        exposureMaxPerDay: "20",
        certifiedOnly: "on",
      },
    }),
  );
  expect(rules).toMatchObject({
    languages: ["ko", "en"],
    durationMinMs: 1500,
    judgementsMaxPerDay: null,
    exposureMaxPerDay: 20,
  });
  expect(updateCampaign.body!.parse(rules).reviewShare).toBe(0.33);
  const made = createCampaign.body!.parse({ name: "A", kind: "preference", task: "safety", ...rules });
  expect(made.reviewShare).toBe(0.33);
  expect(percent(made.reviewShare!)).toBe(33);
  expect(updateCampaign.body!.safeParse({ reviewShare: 1.5 }).success).toBe(false);
});
