/** Reads of rounds, their steps and logs. */
import { and, asc, desc, eq, inArray, sql } from "drizzle-orm";
import type { Connection } from "../client";
import { campaigns, roundStepLogs, roundSteps, rounds, sftDatasets, snapshots, trainingRuns } from "../schema";

export type RoundRow = typeof rounds.$inferSelect;
export type RoundStepRow = typeof roundSteps.$inferSelect;
type StepName = RoundStepRow["name"];

export async function selectRounds(connection: Connection, projectId: string, limit: number): Promise<RoundRow[]> {
  return connection
    .select()
    .from(rounds)
    .where(eq(rounds.projectId, projectId))
    .orderBy(desc(rounds.number))
    .limit(limit);
}

export async function selectRound(connection: Connection, roundId: string): Promise<RoundRow | undefined> {
  const [row] = await connection.select().from(rounds).where(eq(rounds.id, roundId));
  return row;
}

export async function selectRunningRound(connection: Connection, projectId: string): Promise<RoundRow | undefined> {
  const [row] = await connection
    .select()
    .from(rounds)
    .where(and(eq(rounds.projectId, projectId), eq(rounds.state, "running")));
  return row;
}

/** Steps of the given rounds, each round's in the order of the enum. */
export async function selectSteps(connection: Connection, roundIds: readonly string[]): Promise<RoundStepRow[]> {
  if (roundIds.length === 0) return [];
  return connection
    .select()
    .from(roundSteps)
    .where(inArray(roundSteps.roundId, [...roundIds]))
    .orderBy(asc(roundSteps.name));
}

/** The newest `limit` lines, oldest first. */
export async function selectLogs(connection: Connection, roundId: string, step: StepName | undefined, limit: number) {
  const lines = await connection
    .select()
    .from(roundStepLogs)
    .where(and(eq(roundStepLogs.roundId, roundId), step ? eq(roundStepLogs.step, step) : undefined))
    .orderBy(desc(roundStepLogs.createdAt), desc(roundStepLogs.id))
    .limit(limit);
  return lines.reverse();
}

/** What a round made, by id. */
export async function selectRoundProducts(connection: Connection, roundId: string) {
  const [[snapshot], runs, opened, [sftDataset]] = await Promise.all([
    connection.select({ id: snapshots.id }).from(snapshots).where(eq(snapshots.roundId, roundId)),
    connection
      .select({ id: trainingRuns.id })
      .from(trainingRuns)
      .where(eq(trainingRuns.roundId, roundId))
      .orderBy(asc(trainingRuns.task)),
    connection
      .select({ id: campaigns.id })
      .from(campaigns)
      .where(eq(campaigns.roundId, roundId))
      .orderBy(asc(campaigns.name)),
    connection
      .select({ id: sftDatasets.id, path: sftDatasets.path, rows: sftDatasets.rows, sha256: sftDatasets.sha256 })
      .from(sftDatasets)
      .where(eq(sftDatasets.roundId, roundId)),
  ]);
  return {
    snapshotId: snapshot?.id ?? null,
    trainingRunIds: runs.map(({ id }) => id),
    campaignIds: opened.map(({ id }) => id),
    sftDataset: sftDataset ?? null,
  };
}

/** Locks a round and reads its steps with the seconds since each one's last sign of life, by the database's clock. */
export async function lockRoundWithSteps(connection: Connection, roundId: string) {
  const [round] = await connection.select().from(rounds).where(eq(rounds.id, roundId)).for("update");
  if (!round) return null;
  const steps = await connection
    .select({
      name: roundSteps.name,
      state: roundSteps.state,
      attempt: roundSteps.attempt,
      takeovers: roundSteps.takeovers,
      silentSeconds: sql<number | null>`extract(epoch from clock_timestamp() - ${roundSteps.heartbeatAt})::float8`,
    })
    .from(roundSteps)
    .where(eq(roundSteps.roundId, roundId))
    .orderBy(asc(roundSteps.name))
    .for("update");
  return { round, steps };
}

/**
 * Newest judgements of the project that a snapshot would take (db/queries/snapshots.ts has the same exclusions), and how many
 * of them are newer than the last finished round.
 */
export async function countUsableComparisons(
  connection: Connection,
  input: { projectId: string; roundNumber: number },
): Promise<{ usable: number; fresh: number }> {
  const { rows } = await connection.execute<{ usable: number; fresh: number }>(sql`
    select count(*)::int as usable,
      (count(*) filter (where c.created_at > coalesce((select max(r.created_at) from rounds r
        where r.project_id = ${input.projectId}::uuid and r.state = 'done' and r.number < ${input.roundNumber}), '-infinity')))::int as fresh
    from comparisons c join items i on i.id = c.item_id and i.purpose = 'work'
    where c.project_id = ${input.projectId}::uuid and c.safety is distinct from 'preferred_unsafe'
      and i.state not in ('withdrawn', 'unusable')
      and not exists (select 1 from comparisons newer where newer.supersedes_id = c.id)
      and coalesce((select v.decision from reviews v where v.comparison_id = c.id order by v.created_at desc, v.id desc limit 1)
        <> 'rejected', true)`);
  return rows[0] ?? { usable: 0, fresh: 0 };
}
