/** `sample` and `init-model`. */
import { open } from "node:fs/promises";
import { Command } from "commander";
import { createTinyModel } from "../recipes/init-model";
import { samplePromptSchema, sampleResponses } from "../recipes/sample";
import { cancellation } from "./cancellation";
import { readJsonLines } from "./jsonl";
import { type EngineChoice, given, realNumber, wholeNumber, withEngine } from "./options";
import { createReporter, progressText } from "./output";

interface SampleFlags {
  model: string;
  data: string;
  out: string;
  engine: EngineChoice;
  samples: number;
  temperature: number;
  topK?: number;
  topP?: number;
  minP?: number;
  stop?: string[];
  tokens: number;
  seed: number;
}

async function runSample(flags: SampleFlags): Promise<void> {
  const report = createReporter();
  const prompts = await readJsonLines(flags.data, samplePromptSchema);
  const file = await open(flags.out, "w");
  const writes: Promise<unknown>[] = [];
  try {
    await sampleResponses({
      modelDirectory: flags.model,
      prompts,
      engine: flags.engine,
      samples: flags.samples,
      temperature: flags.temperature,
      topK: flags.topK ?? null,
      topP: flags.topP ?? null,
      minP: flags.minP ?? null,
      stopTexts: flags.stop ?? [],
      tokensMax: flags.tokens,
      seed: flags.seed,
      signal: cancellation(report),
      onNote: report.note,
      onProgress: (done, total) =>
        report.progress(progressText(done, total, "prompts"), { progress: "prompts", done, total }),
      onSampled: (result) => {
        writes.push(file.appendFile(`${JSON.stringify(result)}\n`));
      },
    });
  } finally {
    await Promise.all(writes);
    await file.close();
  }
  report.result(`${prompts.length} prompts sampled: ${flags.out}`, { prompts: prompts.length, out: flags.out });
}

interface InitFlags {
  out: string;
  seed: number;
  hidden: number;
  layers: number;
  heads?: number;
  keyValueHeads?: number;
}

async function runInit(flags: InitFlags): Promise<void> {
  const config = await createTinyModel(flags.out, {
    seed: flags.seed,
    hiddenSize: flags.hidden,
    layerCount: flags.layers,
    ...given({ headCount: flags.heads, keyValueHeadCount: flags.keyValueHeads }),
  });
  createReporter().result(`a random model of width ${config.hiddenSize}: ${flags.out}`, { out: flags.out, config });
}

export function generateCommands(): Command[] {
  const sample = withEngine(new Command("sample").description("sample responses of a language model"))
    .requiredOption("--model <path>", "a Hugging Face directory or a .gguf file")
    .requiredOption("--data <file>", 'JSONL of {"id", "prompt": [messages]}; - reads standard input')
    .requiredOption("--out <file>", "JSONL of {id, responses}")
    .option("--samples <n>", "responses per prompt", wholeNumber, 1)
    .option("--temperature <x>", "0 = always the most likely token", realNumber, 1)
    .option("--top-k <n>", "keep the k most likely tokens", wholeNumber)
    .option("--top-p <x>", "keep the most likely tokens up to this probability", realNumber)
    .option("--min-p <x>", "keep tokens at least this many times as likely as the most likely one", realNumber)
    .option("--stop <text...>", "a response ends before the first of these texts")
    .option("--tokens <n>", "longest response", wholeNumber, 256)
    .option("--seed <n>", "seed of the draws", wholeNumber, 1)
    .action(runSample);
  const init = new Command("init-model")
    .description("make a small random Llama with a byte tokenizer, as a base model for trials")
    .requiredOption("--out <directory>", "where to write it")
    .option("--seed <n>", "seed of the weights", wholeNumber, 1)
    .option("--hidden <n>", "width", wholeNumber, 64)
    .option("--layers <n>", "layers", wholeNumber, 2)
    .option("--heads <n>", "attention heads", wholeNumber)
    .option("--key-value-heads <n>", "key/value heads", wholeNumber)
    .action(runInit);
  return [sample, init];
}
