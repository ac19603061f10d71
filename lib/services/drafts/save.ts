/** Keeps what the annotator has filled in. Accepted after the lease ended too: text is never lost. */
import { saveDraft as storeDraft } from "@/db/queries/queue";
import type { DraftBody } from "@/lib/contracts/drafts";
import { notFound } from "@/lib/errors";
import { annotator } from "../assignments/annotator";
import { retrying } from "../assignments/retrying";
import type { ServiceContext } from "../context";

export async function saveDraft(context: ServiceContext, input: { assignmentId: string; draft: DraftBody }) {
  const user = annotator(context);
  return retrying(async () => {
    const savedAtMs = await storeDraft(context.db, input.assignmentId, user, input.draft);
    if (savedAtMs === undefined) throw notFound("Assignment");
    return { savedAt: new Date(savedAtMs).toISOString() };
  });
}
