/** Rejection-sampling groups as people see them. */
import { type GroupRow, selectCandidates, selectGroup, selectGroups } from "@/db/queries/rejection-sampling";
import type { RejectionSamplingGroup, RejectionSamplingGroupSummary } from "@/lib/contracts/rejection-sampling";
import { notFound } from "@/lib/errors";
import type { Task } from "@/trainer/format/pair";
import { requireProject, type ServiceContext } from "../context";
import { iso } from "../instants";
import { decodeKeyset, pageFrom } from "../paging";

const PREVIEW_CHARACTERS = 200;

function summaryView(group: GroupRow): RejectionSamplingGroupSummary {
  const { messages, projectId: _project, at: _at, createdAt, ...rest } = group;
  const last = messages.findLast((message) => message.role === "user")?.content ?? "";
  return { ...rest, promptText: [...last].slice(0, PREVIEW_CHARACTERS).join(""), createdAt: iso(createdAt) };
}

export async function listRejectionSamplingGroups(
  context: ServiceContext,
  input: { projectId: string; roundId?: string; task?: Task; search?: string; after?: string; limit: number },
) {
  await requireProject(context, context.db, input.projectId, "lead");
  const page = { after: decodeKeyset(input.after), limit: input.limit + 1 };
  return pageFrom(await selectGroups(context.db, input, page), input.limit, summaryView);
}

export async function getRejectionSamplingGroup(
  context: ServiceContext,
  groupId: string,
): Promise<RejectionSamplingGroup> {
  const group = await selectGroup(context.db, groupId);
  if (!group) throw notFound("Rejection-sampling group");
  await requireProject(context, context.db, group.projectId, "lead");
  const candidates = await selectCandidates(context.db, groupId);
  return {
    ...summaryView(group),
    messages: group.messages,
    candidateList: candidates.map(({ candidate, variantName, policyName }) => {
      const { groupId: _group, sampling, ...rest } = candidate;
      return { ...rest, sampling: sampling as Record<string, unknown>, variantName, policyName };
    }),
  };
}
