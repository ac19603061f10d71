/** The `pairwright` command: one file per group under commands/. */
import { Command } from "commander";
import { version } from "@/package.json";
import { addDataCommands } from "./commands/data";
import { addModelCommands } from "./commands/model";
import { addPeopleCommands } from "./commands/people";
import { addRoundCommands } from "./commands/round";

const program = new Command("pairwright")
  .description("Preference data, reward models and rounds from the command line.")
  .version(version)
  .configureOutput({ outputError: (text, write) => write(text.replace(/\n+$/u, "\n")) })
  .showHelpAfterError("(--help lists the options)")
  .addHelpText(
    "after",
    "\nWorks on DATABASE_URL; without it, on the Postgres in PAIRWRIGHT_HOME, which is started for the duration when it does not run.",
  );
addDataCommands(program);
addModelCommands(program);
addRoundCommands(program);
addPeopleCommands(program);

await program.parseAsync();
