/** What the guidelines leave open, as reviewers raised it. A lead settles it, mostly by a new guideline version. */
import { and, desc, eq, isNull, sql } from "drizzle-orm";
import type { Connection } from "@/db/client";
import { settleDisagreement, stoodAsGap } from "@/db/queries/adjudications";
import { insertAudit } from "@/db/queries/audit";
import { guidelineGaps, items, messages, users } from "@/db/schema";
import type { GuidelineGap } from "@/lib/contracts/adjudications";
import { DomainError, notFound } from "@/lib/errors";
import { auditActor, inTransaction, requireProject, requireUser, type ServiceContext } from "../context";
import { iso, isoOrNull } from "../instants";

const SHOWN_MAX = 100;

function select(connection: Connection) {
  return connection
    .select({
      gap: guidelineGaps,
      raisedBy: users.name,
      promptExcerpt: sql<string>`left(${messages.content}, 160)`,
    })
    .from(guidelineGaps)
    .innerJoin(users, eq(users.id, guidelineGaps.raisedBy))
    .innerJoin(items, eq(items.id, guidelineGaps.itemId))
    .innerJoin(messages, eq(messages.id, items.contextMessageId));
}

const view = ({ gap, raisedBy, promptExcerpt }: Awaited<ReturnType<typeof select>>[number]): GuidelineGap => ({
  id: gap.id,
  itemId: gap.itemId,
  category: gap.category || null,
  note: gap.note,
  raisedBy,
  promptExcerpt,
  createdAt: iso(gap.createdAt),
  resolution: gap.resolution,
  resolvedAt: isoOrNull(gap.resolvedAt),
});

export async function listGuidelineGaps(context: ServiceContext, { projectId }: { projectId: string }) {
  requireUser(context);
  await requireProject(context, context.db, projectId, "reviewer");
  const rows = await select(context.db)
    .where(eq(guidelineGaps.projectId, projectId))
    .orderBy(sql`${guidelineGaps.resolvedAt} is not null`, desc(guidelineGaps.createdAt))
    .limit(SHOWN_MAX);
  return { gaps: rows.map(view) };
}

/** The item waits for a verdict again, under guidelines that now say something. */
export async function resolveGuidelineGap(context: ServiceContext, input: { gapId: string; resolution: string }) {
  const lead = requireUser(context);
  return inTransaction(context, async (tx) => {
    const [gap] = await tx.select().from(guidelineGaps).where(eq(guidelineGaps.id, input.gapId)).for("update");
    if (!gap) throw notFound("Guideline gap");
    await requireProject(context, tx, gap.projectId, "lead").catch((error: Error) => {
      throw error.message === "Project not found" ? notFound("Guideline gap") : error;
    });
    const [changed] = await tx
      .update(guidelineGaps)
      .set({ resolution: input.resolution.trim(), resolvedBy: lead.id, resolvedAt: sql`now()` })
      .where(and(eq(guidelineGaps.id, gap.id), isNull(guidelineGaps.resolvedAt)))
      .returning({ id: guidelineGaps.id });
    if (!changed) throw new DomainError("conflict", "This is settled already.");
    if (await stoodAsGap(tx, gap.itemId)) await settleDisagreement(tx, gap.itemId, false);
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "guideline-gap.resolve",
      objectType: "guideline_gap",
      objectId: gap.id,
      projectId: gap.projectId,
      details: { itemId: gap.itemId },
    });
    const [row] = await select(tx).where(eq(guidelineGaps.id, gap.id));
    return view(row!);
  });
}
