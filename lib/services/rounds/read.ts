/** Rounds as people see them. */
import {
  type RoundRow,
  type RoundStepRow,
  selectLogs,
  selectRound,
  selectRoundProducts,
  selectRounds,
  selectSteps,
} from "@/db/queries/rounds";
import type { RoundStepName } from "@/lib/contracts/jobs";
import type { Round, RoundLog, RoundStep, RoundSummary } from "@/lib/contracts/rounds";
import { projectSettingsSchema } from "@/lib/domain/project-settings";
import { notFound } from "@/lib/errors";
import { requireProject, type ServiceContext } from "../context";
import { iso, isoOrNull } from "../instants";

function stepView(step: RoundStepRow): RoundStep {
  return {
    name: step.name,
    state: step.state,
    attempt: step.attempt,
    progress: step.progress,
    message: step.message,
    output: (step.output as Record<string, unknown> | null) ?? null,
    error: step.error,
    startedAt: isoOrNull(step.startedAt),
    finishedAt: isoOrNull(step.finishedAt),
  };
}

function summaryView(round: RoundRow, steps: readonly RoundStepRow[]): RoundSummary {
  return {
    id: round.id,
    projectId: round.projectId,
    number: round.number,
    state: round.state,
    trigger: round.trigger,
    startedBy: round.startedBy,
    createdAt: iso(round.createdAt),
    finishedAt: isoOrNull(round.finishedAt),
    steps: steps.filter((step) => step.roundId === round.id).map(stepView),
  };
}

/** The round, if the actor may see it; a stranger's round is "not found". */
export async function requireRound(context: ServiceContext, roundId: string): Promise<RoundRow> {
  const round = await selectRound(context.db, roundId);
  if (!round) throw notFound("Round");
  await requireProject(context, context.db, round.projectId, "lead");
  return round;
}

export async function listRounds(context: ServiceContext, input: { projectId: string; limit: number }) {
  await requireProject(context, context.db, input.projectId, "lead");
  const found = await selectRounds(context.db, input.projectId, input.limit);
  const steps = await selectSteps(
    context.db,
    found.map(({ id }) => id),
  );
  return { rounds: found.map((round) => summaryView(round, steps)) };
}

export async function getRound(context: ServiceContext, roundId: string): Promise<Round> {
  const round = await requireRound(context, roundId);
  const [steps, products] = await Promise.all([
    selectSteps(context.db, [round.id]),
    selectRoundProducts(context.db, round.id),
  ]);
  return { ...summaryView(round, steps), config: projectSettingsSchema.parse(round.config), ...products };
}

export async function listRoundLogs(
  context: ServiceContext,
  input: { roundId: string; step?: RoundStepName; limit: number },
): Promise<{ logs: RoundLog[] }> {
  const round = await requireRound(context, input.roundId);
  const lines = await selectLogs(context.db, round.id, input.step, input.limit);
  return {
    logs: lines.map(({ id, step, attempt, level, message, createdAt }) => ({
      id,
      step,
      attempt,
      level,
      message,
      createdAt: iso(createdAt),
    })),
  };
}
