/** What a person chose for their own work: keys, and what protects them from too much harmful content. */
import { z } from "zod";
import { clashesOf, isShortcutKey, SHORTCUT_ACTIONS, shortcutsWith } from "@/lib/domain/shortcuts";
import { typedText } from "./annotation-shapes";
import { defineEndpoint } from "./endpoint";

const access = { scope: "annotate", role: "annotator" } as const;

const keySchema = z.string().max(20).refine(isShortcutKey, "is not a key that can be a shortcut");

/** Action to key, only where changed. Two actions of one screen may not share a key. */
export const shortcutsSchema = z
  .partialRecord(z.enum(SHORTCUT_ACTIONS), keySchema)
  .superRefine((changes, context) => {
    for (const [action, other] of clashesOf(shortcutsWith(changes)))
      context.addIssue({ code: "custom", path: [other], message: `has the key of "${action}"` });
  })
  .meta({ example: { note: "m" } });

export const preferencesSchema = z.strictObject({
  shortcuts: shortcutsSchema,
  /** Harmful content stays blurred until asked for. */
  blurHarmful: z.boolean(),
  /** Risk categories that the queue never offers. */
  excludedCategories: z.array(typedText(60).min(1)).max(50),
  /** Harmful items a day at most, on top of the campaigns' own budgets; null = no limit of one's own. */
  exposureMaxPerDay: z.int().min(0).max(10_000).nullable(),
  /** Minutes of work after which a break is suggested; null = never. */
  breakAfterMinutes: z.int().min(5).max(480).nullable(),
});
export type Preferences = z.infer<typeof preferencesSchema>;

/** Those of a person who has chosen nothing; equal to the defaults of the table. */
export const DEFAULT_PREFERENCES: Preferences = {
  shortcuts: {},
  blurHarmful: true,
  excludedCategories: [],
  exposureMaxPerDay: null,
  breakAfterMinutes: 50,
};

export const getPreferences = defineEndpoint({
  method: "GET",
  path: "/me/preferences",
  summary: "One's own keys, protection from harmful content, and breaks",
  access,
  response: preferencesSchema,
});

export const updatePreferences = defineEndpoint({
  method: "PATCH",
  path: "/me/preferences",
  summary: "Change some of one's own preferences; `shortcuts` replaces all changed keys at once",
  access,
  body: preferencesSchema.partial(),
  response: preferencesSchema,
});
