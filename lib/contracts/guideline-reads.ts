/** Guidelines as an annotator reads them: what is new since the version they read last, shown once. */
import { z } from "zod";
import { idParams, taskSchema } from "./common";
import { defineEndpoint } from "./endpoint";

const access = { scope: "annotate", role: "annotator" } as const;
const versionSchema = z.strictObject({ id: z.uuid(), version: z.int(), body: z.string() });

export const guidelineChanges = defineEndpoint({
  method: "GET",
  path: "/guidelines/{id}/changes",
  summary: "Whether the caller has read this guideline version, and the one they read before it, to show what changed",
  access,
  params: idParams,
  response: z.strictObject({
    ...versionSchema.shape,
    task: taskSchema,
    read: z.boolean(),
    /** The newest earlier version, of the same task and language, that the caller has read; null = none. */
    since: versionSchema.nullable(),
  }),
});
export type GuidelineChanges = z.infer<NonNullable<typeof guidelineChanges.response>>;

export const readGuideline = defineEndpoint({
  method: "POST",
  path: "/guidelines/{id}/read",
  summary: "Note that the caller has read this guideline version; again, it changes nothing",
  access,
  params: idParams,
  response: z.strictObject({ read: z.literal(true) }),
});
