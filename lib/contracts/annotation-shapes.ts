/** Shapes shared by the endpoints of the annotator: sides, verdicts, texts that the database can hold. */
import { z } from "zod";

/** With the `u` flag a surrogate matches only when it has no partner. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;

/** What a person typed. NUL and lone surrogates are refused here because Postgres could not store them. */
export const typedText = (charactersMax: number) =>
  z
    .string()
    .max(charactersMax)
    .refine((value) => !UNSTORABLE.test(value), "holds characters that cannot be stored");

export const sideSchema = z.enum(["a", "b"]);
export type Side = z.infer<typeof sideSchema>;

export const taskSchema = z.enum(["helpfulness", "safety"]);
export const strengthSchema = z.enum(["significantly_better", "better", "slightly_better", "negligibly_better"]);
/** `preferred_*` speaks of the preferred answer. `preferred_unsafe` is recorded and reviewed, never trained on. */
export const comparisonSafetySchema = z.enum(["preferred_safe", "both_safe", "both_unsafe", "preferred_unsafe"]);
export const campaignKindSchema = z.enum(["preference", "red_team", "rejection_sampling", "ghost_attention"]);
export const itemKindSchema = z.enum(["pair", "live", "turn_review"]);
export const turnVerdictSchema = z.enum(["kept", "broken", "not_applicable"]);
export type TurnVerdict = z.infer<typeof turnVerdictSchema>;

export const messageSchema = z.strictObject({ role: z.enum(["system", "user", "assistant"]), content: z.string() });

/** Reserved tag: the annotator asks a reviewer to look. */
export const FLAGGED_TAG = "flagged";
export const tagsSchema = z.array(typedText(60).min(1)).max(20);
export const rationaleSchema = typedText(10_000);
/** Time on the item, milliseconds, at most a day. */
export const durationMsSchema = z.int().min(0).max(86_400_000);

/** Chosen by the client, one per submission; retries repeat it. */
export const idempotencyKeySchema = z
  .string()
  .min(8)
  .max(128)
  .regex(/^[\x21-\x7e]+$/, "visible ASCII without spaces");

/** A page token: opaque to clients. */
export const cursorSchema = z.string().max(200).optional();
