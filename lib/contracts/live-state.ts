/** The state of a live turn as the annotator may see it: no policy, variant or sampling parameter (I7). */
import { z } from "zod";

export const liveSideSchema = z.strictObject({
  /** `stopped` = the annotator stopped it; `failed` = `error` says why and retry is offered. */
  state: z.enum(["queued", "running", "done", "stopped", "failed"]),
  text: z.string(),
  error: z.enum(["unreachable", "timeout", "cut", "refused", "empty", "failed"]).nullable(),
  attempt: z.int(),
});
export type LiveSide = z.infer<typeof liveSideSchema>;

export const liveStateSchema = z.strictObject({
  assignmentId: z.uuid(),
  /** `prompt` = the annotator has to write; `answering`; `votable` = both finished, or stopped with text; `judged`. */
  phase: z.enum(["prompt", "answering", "votable", "judged"]),
  prompt: z.string().nullable(),
  a: liveSideSchema.nullable(),
  b: liveSideSchema.nullable(),
});
export type LiveState = z.infer<typeof liveStateSchema>;
