/** Why there is no item for the annotator: of several campaigns' reasons, the one that they can do most about. */
import { type Lack, lacks } from "@/db/queries/no-item";
import type { NoItemReason } from "@/lib/contracts/assignments";
import { requireProject, type ServiceContext } from "../context";
import { annotator } from "./annotator";
import { retrying } from "./retrying";

const BY_RANK: readonly NoItemReason[] = [
  "paused",
  "cool_down",
  "daily_limit",
  "exposure_limit",
  "not_certified",
  "excluded",
  "language",
  "nothing",
];

/** `until`: when the first of the reasons of that kind ends. */
export function mainReason(found: readonly { lack: Lack; untilMs: number | null }[]) {
  if (found.some(({ lack }) => lack === "available")) return { reason: null, until: null };
  const reason = BY_RANK.find((known) => found.some(({ lack }) => lack === known)) ?? "nothing";
  const ends = found.flatMap(({ lack, untilMs }) => (lack === reason && untilMs !== null ? [untilMs] : []));
  return { reason, until: ends.length === 0 ? null : new Date(Math.min(...ends)).toISOString() };
}

export async function explainNoItem(context: ServiceContext, input: { projectId: string; campaignId?: string }) {
  const user = annotator(context);
  return retrying(async () => {
    const found = await lacks(context.db, input.projectId, user, input.campaignId ?? null);
    if (found.length === 0) await requireProject(context, context.db, input.projectId);
    return mainReason(found);
  });
}
