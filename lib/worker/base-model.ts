/** From a setting ("tiny", "smollm2", or a path on the server) to files that a training run starts from. */
import { existsSync } from "node:fs";
import path from "node:path";
import { env } from "@/lib/env";
import { DomainError } from "@/lib/errors";
import { fetchSmolLm2 } from "@/trainer/data/fetch-base-model";
import { createTinyModel } from "@/trainer/recipes/init-model";

/** Ours: small enough that a round trains in seconds on any machine. */
const TINY_SEED = 1;

export const homePath = (relative: string): string => path.join(env().PAIRWRIGHT_HOME, relative);

/** Errors: DomainError `invalid` for a path that is not there; FetchModelError. */
export async function resolveBaseModel(
  baseModel: string,
  options: { signal: AbortSignal; onNote: (note: string) => void },
): Promise<string> {
  if (baseModel === "tiny") {
    const directory = homePath("models/tiny");
    // Written as a whole or not at all, and the seed gives the same bytes every time.
    if (!existsSync(path.join(directory, "config.json"))) {
      options.onNote("Making the tiny base model.");
      await createTinyModel(directory, { seed: TINY_SEED });
    }
    return directory;
  }
  if (baseModel === "smollm2")
    return fetchSmolLm2(homePath("models"), {
      signal: options.signal,
      onProgress: (stage) => {
        if (stage === "downloading") options.onNote("Fetching the base model SmolLM2-135M (98 MB).");
      },
    });
  if (!existsSync(baseModel))
    throw new DomainError(
      "invalid",
      `The base model "${baseModel}" is not on this server. Set settings.training.baseModel to "tiny", "smollm2", or the path of a Hugging Face directory or GGUF file.`,
    );
  return baseModel;
}
