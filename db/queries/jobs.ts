/** pg-boss's tables as this product uses them: its statements inside our transactions, and the list of jobs. */
import { type SQL, sql } from "drizzle-orm";
import { fromDrizzle } from "pg-boss";
import type { Connection, Tx } from "../client";

/** Runs pg-boss's own statements inside a transaction of ours. */
export const jobsInTransaction = (tx: Tx) => fromDrizzle(tx, sql);

/** False until a worker has run once on this database. */
export async function jobsInstalled(connection: Connection): Promise<boolean> {
  const { rows } = await connection.execute<{ installed: boolean }>(
    sql`select to_regclass('pgboss.queue') is not null and to_regclass('pgboss.job') is not null as installed`,
  );
  return rows[0]?.installed ?? false;
}

/** False also while a worker that starts for the first time has not made this queue yet. */
export async function queueInstalled(connection: Connection, name: string): Promise<boolean> {
  if (!(await jobsInstalled(connection))) return false;
  const { rows } = await connection.execute<{ found: boolean }>(
    sql`select exists (select 1 from pgboss.queue where name = ${name}) as found`,
  );
  return rows[0]?.found ?? false;
}

export interface JobFilter {
  names: readonly string[];
  state?: string;
  /** Only jobs of these projects; null = every job, those without a project too. */
  projectIds: readonly string[] | null;
}

export interface JobRow extends Record<string, unknown> {
  id: string;
  name: string;
  state: string;
  data: Record<string, unknown> | null;
  retry_count: number;
  created_on: string;
  started_on: string | null;
  completed_on: string | null;
  error: string | null;
}

function conditionOf(filter: JobFilter): SQL {
  const names = sql`name = any(array[${sql.join(
    filter.names.map((name) => sql`${name}`),
    sql`, `,
  )}]::text[])`;
  if (filter.projectIds === null) return names;
  if (filter.projectIds.length === 0) return sql`false`;
  const projects = sql.join(
    filter.projectIds.map((id) => sql`${id}`),
    sql`, `,
  );
  return sql`${names} and data->>'projectId' = any(array[${projects}]::text[])`;
}

export async function selectJobs(connection: Connection, filter: JobFilter, limit: number): Promise<JobRow[]> {
  const state = filter.state === undefined ? sql`true` : sql`state::text = ${filter.state}`;
  const { rows } = await connection.execute<JobRow>(sql`
    select id, name, state::text as state, data, retry_count,
      to_jsonb(created_on)#>>'{}' as created_on, to_jsonb(started_on)#>>'{}' as started_on,
      to_jsonb(completed_on)#>>'{}' as completed_on,
      case when state::text in ('failed', 'retry') then coalesce(output->>'message', output->'value'->>'message') end as error
    from pgboss.job where ${conditionOf(filter)} and ${state}
    order by created_on desc, id limit ${limit}`);
  return rows;
}

export async function countJobsByState(connection: Connection, filter: JobFilter): Promise<Record<string, number>> {
  const { rows } = await connection.execute<{ state: string; n: number }>(
    sql`select state::text as state, count(*)::int as n from pgboss.job where ${conditionOf(filter)} group by 1`,
  );
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
}
