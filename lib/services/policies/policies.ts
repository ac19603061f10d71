/** Registering policies and their variants. Keys are sealed on the way in and never come out. */
import { asc, eq, inArray } from "drizzle-orm";
import type { z } from "zod";
import type { Connection } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import { policies, policyVariants } from "@/db/schema";
import { sealSecret } from "@/lib/auth/secret-box";
import type { createPolicy as createPolicyEndpoint, PolicyView } from "@/lib/contracts/policies";
import { embeddedConfigSchema, endpointConfigSchema, replayConfigSchema } from "@/lib/domain/policy";
import { env } from "@/lib/env";
import { DomainError, notFound } from "@/lib/errors";
import { parseAllowList, resolveEndpoint } from "@/lib/policies/egress";
import { auditActor, inTransaction, requireProject, requireRole, type ServiceContext } from "../context";

type PolicyRow = typeof policies.$inferSelect;

function describePolicy(row: PolicyRow): string {
  if (row.kind === "endpoint") {
    const { baseUrl, model } = endpointConfigSchema.parse(row.config);
    return `${model} · ${baseUrl}`;
  }
  if (row.kind === "embedded") return embeddedConfigSchema.parse(row.config).model;
  return String(replayConfigSchema.parse(row.config).recordings.length);
}

async function views(connection: Connection, rows: PolicyRow[]): Promise<PolicyView[]> {
  const variants =
    rows.length === 0
      ? []
      : await connection
          .select()
          .from(policyVariants)
          .where(
            inArray(
              policyVariants.policyId,
              rows.map((row) => row.id),
            ),
          )
          .orderBy(asc(policyVariants.createdAt), asc(policyVariants.name));
  return rows.map((row) => ({
    id: row.id,
    projectId: row.projectId,
    name: row.name,
    kind: row.kind,
    description: describePolicy(row),
    hasKey: row.secretCiphertext !== null,
    generation: row.generation,
    createdAt: row.createdAt.toISOString(),
    archivedAt: row.archivedAt?.toISOString() ?? null,
    variants: variants
      .filter((variant) => variant.policyId === row.id)
      .map(({ createdAt: _createdAt, ...variant }) => variant),
  }));
}

async function loadPolicy(context: ServiceContext, connection: Connection, id: string): Promise<PolicyRow> {
  const [row] = await connection.select().from(policies).where(eq(policies.id, id));
  if (!row) throw notFound("Policy");
  await requireProject(context, connection, row.projectId, "lead");
  return row;
}

const viewOf = async (connection: Connection, id: string): Promise<PolicyView> =>
  (await views(connection, await connection.select().from(policies).where(eq(policies.id, id))))[0]!;

export async function listPolicies(context: ServiceContext, projectId: string) {
  await requireProject(context, context.db, projectId, "lead");
  return {
    rows: await views(
      context.db,
      await context.db
        .select()
        .from(policies)
        .where(eq(policies.projectId, projectId))
        .orderBy(asc(policies.createdAt)),
    ),
  };
}

type NewPolicy = z.infer<NonNullable<typeof createPolicyEndpoint.body>> & { projectId: string };

/** Errors: `invalid` when an endpoint's address is not allowed; it is checked again at each connection. */
export async function createPolicy(context: ServiceContext, input: NewPolicy): Promise<PolicyView> {
  requireRole(context, "lead");
  if (input.kind === "endpoint")
    await resolveEndpoint(new URL(input.config.baseUrl), parseAllowList(env().POLICY_ALLOWED_HOSTS));
  return inTransaction(context, async (tx) => {
    await requireProject(context, tx, input.projectId, "lead");
    const secretCiphertext = input.kind === "endpoint" && input.apiKey ? sealSecret(input.apiKey) : null;
    const { projectId, name, kind, config, generation } = input;
    const [row] = await tx
      .insert(policies)
      .values({ projectId, name, kind, config, generation, secretCiphertext })
      .returning({ id: policies.id });
    await tx.insert(policyVariants).values(input.variants.map((variant) => ({ ...variant, policyId: row!.id })));
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "policy.created",
      objectType: "policy",
      objectId: row!.id,
      projectId,
      details: { name, kind },
    });
    return viewOf(tx, row!.id);
  });
}

export async function updatePolicy(
  context: ServiceContext,
  input: { id: string; name?: string; archived?: boolean; apiKey?: string },
): Promise<PolicyView> {
  return inTransaction(context, async (tx) => {
    const before = await loadPolicy(context, tx, input.id);
    if (input.apiKey && before.kind !== "endpoint")
      throw new DomainError("invalid", "body.apiKey: only endpoints have a key", [
        { path: "body.apiKey", message: "only endpoints have a key" },
      ]);
    await tx
      .update(policies)
      .set({
        name: input.name ?? before.name,
        archivedAt:
          input.archived === undefined ? before.archivedAt : input.archived ? (before.archivedAt ?? new Date()) : null,
        secretCiphertext: input.apiKey ? sealSecret(input.apiKey) : before.secretCiphertext,
      })
      .where(eq(policies.id, input.id));
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "policy.updated",
      objectType: "policy",
      objectId: input.id,
      projectId: before.projectId,
      details: { name: input.name, archived: input.archived, keyReplaced: input.apiKey !== undefined },
    });
    return viewOf(tx, input.id);
  });
}

export type NewVariant = NewPolicy["variants"][number];

export async function createVariant(
  context: ServiceContext,
  policyId: string,
  variant: NewVariant,
): Promise<PolicyView> {
  return inTransaction(context, async (tx) => {
    const policy = await loadPolicy(context, tx, policyId);
    const [row] = await tx
      .insert(policyVariants)
      .values({ ...variant, policyId })
      .returning({ id: policyVariants.id });
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "policy_variant.created",
      objectType: "policy_variant",
      objectId: row!.id,
      projectId: policy.projectId,
    });
    return viewOf(tx, policyId);
  });
}

export async function updateVariant(
  context: ServiceContext,
  input: { id: string; active?: boolean; weight?: number },
): Promise<PolicyView> {
  return inTransaction(context, async (tx) => {
    const [variant] = await tx.select().from(policyVariants).where(eq(policyVariants.id, input.id));
    if (!variant) throw notFound("Variant");
    const policy = await loadPolicy(context, tx, variant.policyId);
    await tx
      .update(policyVariants)
      .set({ active: input.active ?? variant.active, weight: input.weight ?? variant.weight })
      .where(eq(policyVariants.id, input.id));
    const { id, ...details } = input;
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "policy_variant.updated",
      objectType: "policy_variant",
      objectId: id,
      projectId: policy.projectId,
      details,
    });
    return viewOf(tx, policy.id);
  });
}
