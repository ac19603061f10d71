/** OpenAI-compatible chat completions by stream: vLLM, Ollama, llama.cpp, hosted services. */
import { type Agent, request } from "undici";
import { z } from "zod";
import type { EndpointConfig } from "@/lib/domain/policy";
import { DomainError } from "@/lib/errors";
import { type AllowList, pinnedAgent, type Resolve, resolveEndpoint } from "./egress";
import { type Policy, PolicyError, type PolicyRequest } from "./policy";

export interface EndpointOptions {
  config: EndpointConfig;
  apiKey: string | null;
  allowList: AllowList;
  resolve?: Resolve;
}

const LINE_CHARACTERS_MAX = 1_000_000;
const TEXT_CHARACTERS_MAX = 400_000;

const chunkSchema = z.object({
  model: z.string().optional(),
  error: z.unknown().optional(),
  choices: z
    .array(
      z.object({
        delta: z.object({ content: z.string().nullish() }).optional(),
        finish_reason: z.string().nullish(),
      }),
    )
    .default([]),
});

export class EndpointPolicy implements Policy {
  constructor(private readonly options: EndpointOptions) {}

  async *generate(input: PolicyRequest): AsyncGenerator<string> {
    const { config } = this.options;
    const timeoutMs = config.timeoutSecondsMax * 1000;
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = AbortSignal.any([input.signal, timeout]);
    const url = new URL(`${config.baseUrl.replace(/\/+$/, "")}/chat/completions`);
    const agent = pinnedAgent(await this.resolve(url), timeoutMs);
    try {
      yield* readCompletion(await this.send(url, input, agent, signal), input);
    } catch (error) {
      throw input.signal.aborted ? input.signal.reason : explain(error, timeout.aborted);
    } finally {
      await agent.destroy();
    }
  }

  private async resolve(url: URL) {
    try {
      return await resolveEndpoint(url, this.options.allowList, this.options.resolve);
    } catch (error) {
      if (error instanceof DomainError) throw new PolicyError("unreachable", error.message);
      throw error;
    }
  }

  private async send(url: URL, { messages, sampling }: PolicyRequest, dispatcher: Agent, signal: AbortSignal) {
    const { config, apiKey } = this.options;
    const response = await request(url, {
      dispatcher,
      signal,
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "text/event-stream",
        ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}),
      },
      body: JSON.stringify({
        model: config.model,
        messages,
        stream: true,
        temperature: sampling.temperature,
        top_p: sampling.topP,
        // Not in the original protocol; vLLM, Ollama and llama.cpp know it, others may refuse it.
        ...(sampling.topK > 0 ? { top_k: sampling.topK } : {}),
        max_tokens: sampling.tokensMax,
        seed: sampling.seed,
      }),
    });
    if (response.statusCode === 200) return response.body;
    // Destroying an unread body raises its error event, which nobody else would hear.
    response.body.on("error", () => undefined).destroy();
    throw new PolicyError("refused", `The endpoint answered HTTP ${response.statusCode}.`);
  }
}

/** A stream that ends without `[DONE]` or a finish reason was cut: its text must not pass for a whole answer. */
async function* readCompletion(body: AsyncIterable<Uint8Array>, input: PolicyRequest): AsyncGenerator<string> {
  let finished = false;
  let characters = 0;
  for await (const data of eventData(body)) {
    if (data === "[DONE]") {
      finished = true;
      break;
    }
    const chunk = parseChunk(data);
    if (chunk.model) input.onProvenance?.({ model: chunk.model.replace(/[^\x20-\x7e]/g, "").slice(0, 200) });
    for (const choice of chunk.choices) {
      const text = choice.delta?.content ?? "";
      characters += text.length;
      if (characters > TEXT_CHARACTERS_MAX) throw new PolicyError("failed", "The endpoint's answer is too long.");
      if (text !== "") yield text;
      if (choice.finish_reason) finished = true;
    }
  }
  if (!finished) throw new PolicyError("cut", "The endpoint's stream ended without a finish reason.");
}

function parseChunk(data: string) {
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch {
    throw new PolicyError("failed", "The endpoint sent an event that is not JSON.");
  }
  const chunk = chunkSchema.safeParse(json);
  if (!chunk.success || chunk.data.error !== undefined)
    throw new PolicyError("failed", "The endpoint sent an error, or an event of another shape, in its stream.");
  return chunk.data;
}

/** The `data` fields of server-sent events; chunks may break anywhere, also inside a character. */
export async function* eventData(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let pending = "";
  for await (const bytes of body) {
    pending += decoder.decode(bytes, { stream: true });
    const lines = pending.split(/\r\n|\n|\r(?!$)/);
    pending = lines.pop() ?? "";
    if (pending.length > LINE_CHARACTERS_MAX) throw new PolicyError("failed", "The endpoint sent too long a line.");
    for (const line of lines) if (line.startsWith("data:")) yield line.slice(5).trim();
  }
  if (pending.startsWith("data:")) yield pending.slice(5).trim();
}

function explain(error: unknown, timedOut: boolean): PolicyError {
  if (error instanceof PolicyError) return error;
  const code = (error as { code?: string }).code ?? "";
  if (timedOut || code.includes("TIMEOUT")) return new PolicyError("timeout", "The endpoint took too long.");
  if (code === "UND_ERR_SOCKET" || code === "ECONNRESET" || code === "UND_ERR_ABORTED")
    return new PolicyError("cut", "The connection to the endpoint broke.");
  return new PolicyError("unreachable", `The endpoint cannot be reached (${code || (error as Error).name}).`);
}
