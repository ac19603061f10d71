/** `convert`: a model in another precision, in shards, or out of a GGUF file. */
import { Command, InvalidArgumentError, Option } from "commander";
import { convertModel, STORED_AS, type StoredAs } from "../recipes/convert-model";
import { given, realNumber } from "./options";
import { createReporter } from "./output";

function gigabytes(value: string): number {
  const size = realNumber(value);
  if (size <= 0) throw new InvalidArgumentError("a number above 0 is needed.");
  return size * 1e9;
}

interface ConvertFlags {
  model: string;
  out: string;
  storedAs: StoredAs;
  shardGb?: number;
}

async function runConvert(flags: ConvertFlags): Promise<void> {
  const { model, out, storedAs, shardGb } = flags;
  const converted = await convertModel({ modelDirectory: model, out, storedAs, ...given({ shardBytesMax: shardGb }) });
  const text = `${converted.architecture} in ${converted.storedAs}: ${converted.directory}`;
  createReporter().result(text, converted);
}

export function convertCommands(): Command[] {
  const convert = new Command("convert")
    .description("write a model in another precision or in shards; make a Hugging Face directory of a GGUF file")
    .requiredOption("--model <path>", "a Hugging Face directory or a .gguf file")
    .requiredOption("--out <directory>", "where to write it; must not exist yet")
    .addOption(
      new Option("--stored-as <name>", "precision of the stored weights")
        .choices(Object.keys(STORED_AS))
        .default("float32"),
    )
    .option("--shard-gb <x>", "most gigabytes in one file of weights (default: 5)", gigabytes)
    .action(runConvert);
  return [convert];
}
