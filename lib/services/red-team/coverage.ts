/** The coverage map: what was tried where, what is wanted, how severe the findings are. */
import { and, eq } from "drizzle-orm";
import { insertAudit } from "@/db/queries/audit";
import { countRedTeamPending } from "@/db/queries/red-team";
import { type CellRow, selectCells } from "@/db/queries/red-team-figures";
import { redTeamTargets } from "@/db/schema";
import type { RedTeamCell } from "@/lib/contracts/red-team";
import {
  ATTACK_VECTORS,
  type AttackVector,
  attackVectorSchema,
  isRiskCategory,
  RISK_CATEGORIES,
  type RiskCategory,
  SEVERITIES,
} from "@/lib/domain/red-team";
import { auditActor, inTransaction, requireProject, requireUser, type ServiceContext } from "../context";
import { preferencesOf } from "../preferences/preferences";
import { shareOf } from "../quality/annotators";
import { BATCHES_PER_READ, refreshRedTeam } from "./refresh";

interface Filter {
  projectId: string;
  campaignId?: string | undefined;
}
const MS_PER_HOUR = 3_600_000;

const total = (rows: readonly CellRow[], value: (row: CellRow) => number): number =>
  rows.reduce((sum, row) => sum + value(row), 0);

async function cellsOf(context: ServiceContext, projectId: string, rows: readonly CellRow[]): Promise<RedTeamCell[]> {
  const targets = await context.db.select().from(redTeamTargets).where(eq(redTeamTargets.projectId, projectId));
  return RISK_CATEGORIES.flatMap((category) =>
    ATTACK_VECTORS.map((attackVector) => {
      const isCell = (cell: { category: string; attackVector: string }) =>
        cell.category === category && cell.attackVector === attackVector;
      const row = rows.find(isCell);
      const wanted = targets.find(isCell);
      return {
        category,
        attackVector,
        judgements: row?.judgements ?? 0,
        violations: row?.violations ?? 0,
        target: wanted?.target ?? null,
        note: wanted?.note ?? "",
      };
    }),
  );
}

export async function readCoverage(context: ServiceContext, filter: Filter) {
  await requireProject(context, context.db, filter.projectId, "reviewer");
  await refreshRedTeam(context, BATCHES_PER_READ);
  const rows = await selectCells(context.db, filter);
  const elsewhere = rows.filter(
    (row) => !isRiskCategory(row.category) || !attackVectorSchema.safeParse(row.attackVector).success,
  );
  const judgements = total(rows, (row) => row.judgements);
  return {
    cells: await cellsOf(context, filter.projectId, rows),
    elsewhere: {
      judgements: total(elsewhere, (row) => row.judgements),
      violations: total(elsewhere, (row) => row.violations),
    },
    severities: SEVERITIES.map((_, at) => total(rows, (row) => row.severities[at] ?? 0)),
    judgements,
    violations: shareOf(
      total(rows, (row) => row.violations),
      judgements,
    ),
    hours: total(rows, (row) => row.durationMsSum) / MS_PER_HOUR,
    pending: await countRedTeamPending(context.db),
  };
}

export interface TargetInput {
  projectId: string;
  category: RiskCategory;
  attackVector: AttackVector;
  target: number;
  note: string;
}

export async function setTarget(context: ServiceContext, input: TargetInput): Promise<RedTeamCell> {
  const { projectId, category, attackVector, target, note } = input;
  await inTransaction(context, async (tx) => {
    await requireProject(context, tx, projectId, "lead");
    const cell = { projectId, category, attackVector };
    const changed = {
      target,
      note: note.trim(),
      updatedBy: context.actor.kind === "user" ? context.actor.id : null,
      updatedAt: new Date(),
    };
    if (target === 0)
      await tx
        .delete(redTeamTargets)
        .where(
          and(
            eq(redTeamTargets.projectId, projectId),
            eq(redTeamTargets.category, category),
            eq(redTeamTargets.attackVector, attackVector),
          ),
        );
    else
      await tx
        .insert(redTeamTargets)
        .values({ ...cell, ...changed })
        .onConflictDoUpdate({
          target: [redTeamTargets.projectId, redTeamTargets.category, redTeamTargets.attackVector],
          set: changed,
        });
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "red_team.target_set",
      objectType: "project",
      objectId: projectId,
      projectId,
      details: { category, attackVector, target },
    });
  });
  const rows = await selectCells(context.db, { projectId });
  const cells = await cellsOf(context, projectId, rows);
  return cells.find((cell) => cell.category === category && cell.attackVector === attackVector) as RedTeamCell;
}

/** Cells that lack judgements, the most wanted first; none of a category that the caller does not want to meet. */
export async function listWanted(context: ServiceContext, projectId: string) {
  await requireProject(context, context.db, projectId);
  const { excludedCategories } = await preferencesOf(context.db, requireUser(context).id);
  const cells = await cellsOf(context, projectId, await selectCells(context.db, { projectId }));
  return {
    cells: cells
      .map(({ category, attackVector, target, judgements, note }) => ({
        category,
        attackVector,
        note,
        left: (target ?? 0) - judgements,
      }))
      .filter(({ category, left }) => left > 0 && !excludedCategories.includes(category))
      .sort((a, b) => b.left - a.left),
  };
}
