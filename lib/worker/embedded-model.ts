/** Fetches SmolLM2 in the background when a policy answers with it, so that the first live question does not wait for 98 MB. */
import { existsSync } from "node:fs";
import path from "node:path";
import type { Logger } from "pino";
import { env } from "@/lib/env";
import type { ServiceContext } from "@/lib/services/context";
import { needsSmolLm2 } from "@/lib/services/policies/needed-models";
import { fetchSmolLm2, SMOLLM2 } from "@/trainer/data/fetch-base-model";
import { homePath } from "./base-model";

export async function keepEmbeddedModel(
  context: ServiceContext,
  options: { signal: AbortSignal; log: Logger },
): Promise<void> {
  const directory = homePath("models");
  if (env().DEMO_MODEL === "off" || existsSync(path.join(directory, SMOLLM2.fileName))) return;
  if (!(await needsSmolLm2(context))) return;
  await fetchSmolLm2(directory, {
    signal: options.signal,
    onProgress: (stage) => options.log.info({ stage, model: SMOLLM2.fileName }, "embedded model"),
  });
}
