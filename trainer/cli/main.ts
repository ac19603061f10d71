/** The `pairwright-trainer` command: plain files in and out. Exit codes: 0 done, 1 failed, 2 wrong usage, 130 cancelled. */
import { Command, CommanderError } from "commander";
import { EXIT_CANCELLED, EXIT_FAILED } from "./cancellation";
import { convertCommands } from "./convert";
import { addEngineCommands } from "./engine";
import { generateCommands } from "./generate";
import { judgeCommands } from "./judge";
import { serveCommands } from "./serve";
import { trainCommands } from "./train";

const EXIT_USAGE = 2;

function createProgram(): Command {
  const program = new Command("pairwright-trainer")
    .description(
      "Reward models from preference pairs, from plain files: train, evaluate, score, serve, fine-tune, sample.",
    )
    .showHelpAfterError("(add --help for the options)");
  const groups = [trainCommands(), judgeCommands(), serveCommands(), generateCommands(), convertCommands()];
  for (const command of groups.flat()) program.addCommand(command);
  addEngineCommands(program);
  const strict = (command: Command): void => {
    command.exitOverride();
    for (const inner of command.commands) strict(inner);
  };
  strict(program);
  return program;
}

/** Users see one line that says what is wrong; a stack only on request. */
function fail(cause: unknown): void {
  if (cause instanceof CommanderError) {
    process.exitCode = cause.exitCode === 0 ? 0 : EXIT_USAGE;
    return;
  }
  const error = cause as Error;
  if (error.name === "AbortError") {
    process.exitCode = EXIT_CANCELLED;
    return;
  }
  console.error(`error: ${error.message}`);
  if (process.env.PAIRWRIGHT_DEBUG === "1") console.error(error.stack);
  process.exitCode = EXIT_FAILED;
}

await createProgram().parseAsync().catch(fail);
