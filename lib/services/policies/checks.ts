/** Test prompts: the web server queues, the worker asks the policy, the row tells how it went. */
import { and, desc, eq, gte, inArray, sql } from "drizzle-orm";
import { insertAudit } from "@/db/queries/audit";
import { generations, policies, policyChecks, policyVariants } from "@/db/schema";
import type { PolicyCheck } from "@/lib/contracts/policy-checks";
import { notFound } from "@/lib/errors";
import { enqueue } from "@/lib/jobs";
import { auditActor, inTransaction, requireProject, type ServiceContext } from "../context";
import { iso } from "../instants";

const CHECKS_SHOWN = 10;
const DAY_MS = 24 * 3_600_000;
/** A check that no worker has answered by then is over: nobody waits any more. */
const WAIT_SECONDS_MAX = 300;

const columns = { check: policyChecks, variant: policyVariants.name };
type Row = { check: typeof policyChecks.$inferSelect; variant: string };

function viewOf({ check, variant }: Row): PolicyCheck {
  const { requestedBy: _requestedBy, finishedAt: _finishedAt, createdAt, ...rest } = check;
  const lost = check.state === "queued" && createdAt.getTime() < Date.now() - WAIT_SECONDS_MAX * 1000;
  return {
    ...rest,
    ...(lost ? { state: "failed" as const, error: "No worker took it. Look at Jobs." } : {}),
    variant,
    createdAt: iso(createdAt),
  };
}

/** The variant with its policy. Errors: not_found, also when it belongs to somebody else's project. */
async function loadVariant(context: ServiceContext, id: string) {
  const [row] = await context.db
    .select({ variant: policyVariants, policy: policies })
    .from(policyVariants)
    .innerJoin(policies, eq(policies.id, policyVariants.policyId))
    .where(eq(policyVariants.id, id));
  if (!row) throw notFound("Variant");
  await requireProject(context, context.db, row.policy.projectId, "lead");
  return row;
}

export async function checkPolicyVariant(
  context: ServiceContext,
  input: { id: string; prompt: string },
): Promise<PolicyCheck> {
  const { variant, policy } = await loadVariant(context, input.id);
  const requestedBy = context.actor.kind === "user" ? context.actor.id : null;
  const check = await inTransaction(context, async (tx) => {
    const [row] = await tx
      .insert(policyChecks)
      .values({ variantId: variant.id, requestedBy, prompt: input.prompt })
      .returning();
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "policy_variant.checked",
      objectType: "policy_variant",
      objectId: variant.id,
      projectId: policy.projectId,
    });
    const payload = { projectId: policy.projectId, policyCheckId: row!.id };
    await enqueue(context.db, tx, "policy.check", payload, { key: row!.id });
    return row!;
  });
  return viewOf({ check, variant: variant.name });
}

export async function listPolicyChecks(context: ServiceContext, policyId: string) {
  const [policy] = await context.db.select().from(policies).where(eq(policies.id, policyId));
  if (!policy) throw notFound("Policy");
  await requireProject(context, context.db, policy.projectId, "lead");
  const own = context.db
    .select({ id: policyVariants.id })
    .from(policyVariants)
    .where(eq(policyVariants.policyId, policyId));
  const checks = await context.db
    .select(columns)
    .from(policyChecks)
    .innerJoin(policyVariants, eq(policyVariants.id, policyChecks.variantId))
    .where(inArray(policyChecks.variantId, own))
    .orderBy(desc(policyChecks.createdAt))
    .limit(CHECKS_SHOWN);
  const [answers] = await context.db
    .select({
      done: sql<number>`count(*) filter (where ${generations.state} in ('done', 'stopped'))::int`,
      failed: sql<number>`count(*) filter (where ${generations.state} = 'failed')::int`,
    })
    .from(generations)
    .where(and(inArray(generations.variantId, own), gte(generations.createdAt, new Date(Date.now() - DAY_MS))));
  return { checks: checks.map(viewOf), answers: answers ?? { done: 0, failed: 0 } };
}

/** For the worker: what to ask whom; undefined when it is answered already. */
export async function loadPolicyCheck(context: ServiceContext, id: string) {
  const [check] = await context.db.select().from(policyChecks).where(eq(policyChecks.id, id));
  if (check?.state !== "queued") return undefined;
  return { prompt: check.prompt, ...(await loadVariant(context, check.variantId)) };
}

export type PolicyCheckResult =
  | { text: string; firstTextMs: number | null; durationMs: number }
  | { error: string; durationMs: number };

export async function recordPolicyCheck(context: ServiceContext, id: string, result: PolicyCheckResult): Promise<void> {
  await context.db
    .update(policyChecks)
    .set({ ...result, state: "error" in result ? "failed" : "done", finishedAt: new Date() })
    .where(and(eq(policyChecks.id, id), eq(policyChecks.state, "queued")));
}
