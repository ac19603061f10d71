/** Asks a policy variant a test prompt and stores how it went; whatever the policy does is a result, not the job's failure. */
import { randomInt } from "node:crypto";
import { createPolicy, PolicyError, variantSampling } from "@/lib/policies";
import type { ServiceContext } from "@/lib/services/context";
import { loadPolicyCheck, recordPolicyCheck } from "@/lib/services/policies/checks";

const TEXT_CHARACTERS_MAX = 20_000;
const SEEDS = 2 ** 31;

export async function checkPolicy(context: ServiceContext, policyCheckId: string, signal: AbortSignal): Promise<void> {
  const check = await loadPolicyCheck(context, policyCheckId);
  if (!check) return;
  const start = performance.now();
  const elapsed = () => Math.round(performance.now() - start);
  let text = "";
  let firstTextMs: number | null = null;
  try {
    const pieces = createPolicy(check.policy, check.variant).generate({
      messages: [{ role: "user", content: check.prompt }],
      sampling: variantSampling(check.variant, randomInt(SEEDS - 1)),
      signal,
    });
    for await (const piece of pieces) {
      firstTextMs ??= elapsed();
      text += piece.replaceAll("\u0000", "");
      if (text.length > TEXT_CHARACTERS_MAX) break;
    }
    await recordPolicyCheck(context, policyCheckId, {
      text: text.slice(0, TEXT_CHARACTERS_MAX),
      firstTextMs,
      durationMs: elapsed(),
    });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof PolicyError)) throw error;
    await recordPolicyCheck(context, policyCheckId, { error: error.message, durationMs: elapsed() });
  }
}
