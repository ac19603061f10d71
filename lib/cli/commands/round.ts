/** round run, round status. */
import { setTimeout as pause } from "node:timers/promises";
import type { Command } from "commander";
import type { Round } from "@/lib/contracts/rounds";
import { currentStep } from "@/lib/domain/round";
import { DomainError } from "@/lib/errors";
import { getRound, listRounds } from "@/lib/services/rounds/read";
import { startRound } from "@/lib/services/rounds/start";
import { runStep } from "@/lib/worker/run-step";
import * as options from "../options";
import { findProject, print, run } from "../session";

const POLL_MS = 500;

const lines = (round: Pick<Round, "number" | "state" | "steps" | "id">): string[] => [
  `round ${round.number}: ${round.state} (${round.id})`,
  ...round.steps.map((step) =>
    `  ${step.name.padEnd(9)} ${step.state.padEnd(9)} ${step.error ?? step.message}`.trimEnd(),
  ),
];

/** Does the steps itself, one after the other; where a worker is quicker, it waits for the worker. */
async function runCommand(given: { project?: string }): Promise<void> {
  await run(async ({ context, signal }) => {
    const projectId = await findProject(context, given.project);
    let round = await startRound(context, { projectId, trigger: "manual" });
    print(`round ${round.number} (${round.id})`);
    const told = new Set<string>();
    while (round.state === "running") {
      signal.throwIfAborted();
      const step = currentStep(round.steps);
      if (step) {
        if (!told.has(step)) print(`  ${step} ...`);
        told.add(step);
        await runStep(context, { roundId: round.id, step }, signal);
      }
      round = await getRound(context, round.id);
      if (round.state === "running" && currentStep(round.steps) === step) await pause(POLL_MS, undefined, { signal });
    }
    for (const line of lines(round)) print(line);
    if (round.state !== "done") {
      const failed = round.steps.find((step) => step.error);
      throw new DomainError("conflict", `the round ended as ${round.state}${failed ? `: ${failed.error}` : ""}`);
    }
  });
}

async function statusCommand(given: { project?: string; all?: boolean }): Promise<void> {
  await run(async ({ context }) => {
    const projectId = await findProject(context, given.project);
    const { rounds } = await listRounds(context, { projectId, limit: given.all ? 100 : 1 });
    if (rounds.length === 0) print("no round yet");
    for (const round of rounds) for (const line of lines(round)) print(line);
  });
}

export function addRoundCommands(program: Command): void {
  const round = program.command("round").description("run the weekly cycle now, or see how it stands");
  round
    .command("run")
    .description("start a round, or go on with the one that runs, and stay until it ends")
    .addOption(options.project())
    .action(runCommand);
  round
    .command("status")
    .description("the newest round and its steps")
    .addOption(options.project())
    .option("-a, --all", "all rounds")
    .action(statusCommand);
}
