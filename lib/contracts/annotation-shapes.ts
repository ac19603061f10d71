/** Shapes shared by the endpoints of the annotator: sides, verdicts, texts that the database can hold. */
import { z } from "zod";
import { reasonSchema } from "@/lib/domain/reasons";
import { messageSchema } from "@/trainer/format/pair";

export {
  type ComparisonSafety,
  comparisonSafetySchema,
  FLAGGED_TAG,
  type Side,
  sideSchema,
  strengthSchema,
  taskSchema,
} from "@/lib/domain/preference";
export { attackVectorSchema, riskCategorySchema, severitySchema } from "@/lib/domain/red-team";
export { messageSchema };

/** With the `u` flag a surrogate matches only when it has no partner. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;

/** What a person typed. NUL and lone surrogates are refused here because Postgres could not store them. */
export const typedText = (charactersMax: number) =>
  z
    .string()
    .max(charactersMax)
    .refine((value) => !UNSTORABLE.test(value), "holds characters that cannot be stored");

export const campaignKindSchema = z.enum(["preference", "red_team", "rejection_sampling", "ghost_attention"]);
export const itemKindSchema = z.enum(["pair", "live", "turn_review"]);
export const turnVerdictSchema = z.enum(["kept", "broken", "not_applicable"]);
export type TurnVerdict = z.infer<typeof turnVerdictSchema>;

export const tagsSchema = z.array(typedText(60).min(1)).max(20);
export const rationaleSchema = typedText(10_000);
/** Why, as chips; each at most once. */
export const reasonsSchema = z
  .array(reasonSchema)
  .max(10)
  .refine((reasons) => new Set(reasons).size === reasons.length, "names a reason twice");
/** A better answer that the annotator wrote. */
export const editedResponseSchema = typedText(40_000);
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
