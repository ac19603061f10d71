/** Starts a recipe in its own process and follows it. */
import { type ChildProcess, fork } from "node:child_process";
import { createRequire } from "node:module";
import os from "node:os";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { TrainingMetric } from "@/trainer/format/training-config";
import type { FromChild, RecipeCalls, RecipeName, ToChild } from "./recipe-protocol";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CHILD = fileURLToPath(new URL("./recipe-child.ts", import.meta.url));
const TSX = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
/** A cancelled training run writes its checkpoint in this time, or is ended by force and goes on from an older one. */
const CANCEL_MS_MAX = 10_000;
const STDERR_CHARACTERS = 2000;

/** The recipe refused or failed; the message is for people when `expected`. */
export class RecipeError extends Error {
  constructor(
    message: string,
    readonly expected: boolean,
  ) {
    super(message);
    this.name = "RecipeError";
  }
}

/** The process ended without an answer: killed, out of memory, or crashed in native code. The same call may work again. */
export class RecipeDiedError extends Error {
  constructor(recipe: string, how: string) {
    super(`the process of the recipe "${recipe}" ended: ${how}`);
    this.name = "RecipeDiedError";
  }
}

export interface RecipeHandlers {
  signal: AbortSignal;
  onMetric?: (metric: TrainingMetric) => void;
  onNote?: (note: string) => void;
  onProgress?: (done: number, total: number) => void;
}

function stopOnAbort(child: ChildProcess, recipe: RecipeName, signal: AbortSignal): () => void {
  let force: NodeJS.Timeout | undefined;
  const stop = (): void => {
    // Only training has something to save.
    if (recipe !== "train" || !child.connected) return void child.kill("SIGKILL");
    child.send({ type: "cancel" } satisfies ToChild);
    force = setTimeout(() => child.kill("SIGKILL"), CANCEL_MS_MAX);
  };
  signal.addEventListener("abort", stop, { once: true });
  return () => {
    signal.removeEventListener("abort", stop);
    clearTimeout(force);
  };
}

/** Annotators are served first where they share the machine with a training run: its threads may spin while they wait. */
function giveWay({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    os.setPriority(pid, os.constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended already, which its exit event tells.
  }
}

/**
 * Runs a recipe. An abort ends it: training answers `cancelled` with its checkpoint written, anything else throws the
 * signal's reason. Errors: RecipeError, RecipeDiedError.
 */
export async function runRecipe<Name extends RecipeName>(
  recipe: Name,
  input: RecipeCalls[Name]["input"],
  handlers: RecipeHandlers,
): Promise<RecipeCalls[Name]["output"]> {
  const { signal } = handlers;
  signal.throwIfAborted();
  const child = fork(CHILD, {
    cwd: ROOT,
    execArgv: ["--import", TSX],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  giveWay(child);
  let errors = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    errors = (errors + chunk.toString("utf8")).slice(-STDERR_CHARACTERS);
  });
  const stopListening = stopOnAbort(child, recipe, signal);
  try {
    return await new Promise((resolve, reject) => {
      child.on("message", (message: FromChild) => {
        if (message.type === "metric") handlers.onMetric?.(message.metric);
        else if (message.type === "note") handlers.onNote?.(message.note);
        else if (message.type === "progress") handlers.onProgress?.(message.done, message.total);
        else if (message.type === "done") resolve(message.output as RecipeCalls[Name]["output"]);
        else reject(new RecipeError(message.message, message.expected));
      });
      child.on("error", reject);
      child.on("exit", (code, killedBy) => {
        const last = errors
          .trim()
          .split("\n")
          .findLast((line) => /error/i.test(line));
        reject(new RecipeDiedError(recipe, `${killedBy ?? `code ${code}`}${last ? ` (${last.trim()})` : ""}`));
      });
      child.send({ type: "run", recipe, input } as ToChild);
    });
  } catch (error) {
    if (signal.aborted && !(error instanceof RecipeError)) throw signal.reason;
    throw error;
  } finally {
    stopListening();
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
  }
}
