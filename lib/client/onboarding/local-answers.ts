/** Answers that the server has not confirmed, kept in this browser so that a crash or a cut line loses nothing. */
import { z } from "zod";
import { answerSchema } from "@/lib/domain/entry-test";

const storedSchema = z.record(z.string(), z.object({ answer: answerSchema, revision: z.number() }));
export type PendingAnswers = z.infer<typeof storedSchema>;

const keyOf = (attemptId: string): string => `pairwright:attempt:${attemptId}`;

export function readPending(attemptId: string): PendingAnswers {
  try {
    return storedSchema.safeParse(JSON.parse(localStorage.getItem(keyOf(attemptId)) ?? "{}")).data ?? {};
  } catch {
    return {};
  }
}

/** Private browsing may refuse storage; the server's copy remains then. */
export function writePending(attemptId: string, pending: PendingAnswers): void {
  try {
    if (Object.keys(pending).length === 0) localStorage.removeItem(keyOf(attemptId));
    else localStorage.setItem(keyOf(attemptId), JSON.stringify(pending));
  } catch {
    // The page says "saved" only by the server's answer.
  }
}
