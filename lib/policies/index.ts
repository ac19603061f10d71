/** From the rows of a policy and its variant to something that generates. */
import path from "node:path";
import { openSecret } from "@/lib/auth/secret-box";
import { embeddedConfigSchema, endpointConfigSchema, type PolicyKind, replayConfigSchema } from "@/lib/domain/policy";
import { env } from "@/lib/env";
import { parseAllowList } from "./egress";
import { EmbeddedPolicy } from "./embedded";
import { EndpointPolicy } from "./endpoint";
import type { Policy, Sampling } from "./policy";
import { ReplayPolicy } from "./replay";

export { type Policy, PolicyError, type PolicyFailure, type PolicyRequest, type Sampling } from "./policy";

/** The columns of `policies` that matter here. */
export interface PolicyRow {
  kind: PolicyKind;
  config: unknown;
  secretCiphertext: Buffer | null;
}
/** The columns of `policy_variants` that matter here. */
export interface VariantRow {
  systemPrompt: string;
  temperature: number;
  topP: number;
  topK: number;
  tokensMax: number;
}

export interface CreatePolicyOptions {
  /** Replay only: pause before each word, milliseconds. */
  wordDelayMs?: number;
}

/** The demo's base model lies in the home folder under this name; any other model is a path on the server. */
const SMOLLM2_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf";
const modelFile = (model: string): string =>
  model === "smollm2" ? path.join(env().PAIRWRIGHT_HOME, "models", SMOLLM2_FILE) : model;

export const variantSampling = (variant: VariantRow, seed: number): Sampling => ({
  temperature: variant.temperature,
  topP: variant.topP,
  topK: variant.topK,
  tokensMax: variant.tokensMax,
  seed,
});

/** The variant's system prompt stands first unless the dialogue brings its own. */
export function createPolicy(row: PolicyRow, variant: VariantRow, options: CreatePolicyOptions = {}): Policy {
  const policy = createBare(row, options);
  if (variant.systemPrompt === "") return policy;
  return {
    generate: (request) =>
      policy.generate(
        request.messages[0]?.role === "system"
          ? request
          : { ...request, messages: [{ role: "system", content: variant.systemPrompt }, ...request.messages] },
      ),
  };
}

function createBare(row: PolicyRow, options: CreatePolicyOptions): Policy {
  if (row.kind === "replay") return new ReplayPolicy({ config: replayConfigSchema.parse(row.config), ...options });
  if (row.kind === "embedded") {
    const { model } = embeddedConfigSchema.parse(row.config);
    return new EmbeddedPolicy({ file: modelFile(model), name: model });
  }
  return new EndpointPolicy({
    config: endpointConfigSchema.parse(row.config),
    apiKey: row.secretCiphertext ? openSecret(row.secretCiphertext) : null,
    allowList: parseAllowList(env().POLICY_ALLOWED_HOSTS),
  });
}
