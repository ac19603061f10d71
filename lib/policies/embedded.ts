/** A GGUF model in this process by node-llama-cpp. Loaded on first use, unloaded when idle. For the worker only. */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { ChatHistoryItem, LlamaContextSequence, LlamaModel } from "node-llama-cpp";
import type { Message } from "@/trainer/format/pair";
import { type Policy, PolicyError, type PolicyRequest } from "./policy";

/** With a thread per core llama.cpp collapses as soon as anything else runs. */
const threads = () => Math.max(1, availableParallelism() - 1);
const CONTEXT_TOKENS = 2048;
/** Answers generated at once; the total speed does not depend on it. */
const SEQUENCES = 4;
const IDLE_MS_MAX = 5 * 60_000;

interface Loaded {
  model: LlamaModel;
  /** Those not in use. Kept, not disposed: a disposed one comes free only some time later. */
  sequences: LlamaContextSequence[];
}

/** One model file in memory, with as many generations at once as it has sequences. */
class ModelHost {
  private loaded: Promise<Loaded> | undefined;
  private active = 0;
  private readonly waiting: (() => void)[] = [];
  private idleTimer: NodeJS.Timeout | undefined;

  constructor(private readonly file: string) {}

  async withSequence<T>(work: (sequence: LlamaContextSequence) => Promise<T>): Promise<T> {
    if (this.active >= SEQUENCES) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.active += 1;
    clearTimeout(this.idleTimer);
    try {
      const { sequences } = await this.load();
      const sequence = sequences.pop();
      if (!sequence) throw new PolicyError("failed", "More generations run than the model has sequences.");
      try {
        return await work(sequence);
      } finally {
        sequences.push(sequence);
      }
    } finally {
      this.release();
    }
  }

  /** A waiting generation inherits the place, so that the count stays. */
  private release(): void {
    const next = this.waiting.shift();
    if (next) {
      next();
      return;
    }
    this.active -= 1;
    if (this.active > 0) return;
    this.idleTimer = setTimeout(() => void this.unload(), IDLE_MS_MAX);
    this.idleTimer.unref();
  }

  private load(): Promise<Loaded> {
    this.loaded ??= open(this.file).catch((error: unknown) => {
      this.loaded = undefined;
      throw new PolicyError("unreachable", `The model file cannot be loaded: ${(error as Error).message}`);
    });
    return this.loaded;
  }

  private async unload(): Promise<void> {
    const loaded = this.loaded;
    if (!loaded || this.active > 0) return;
    this.loaded = undefined;
    const { model } = await loaded;
    await model.dispose();
  }
}

async function open(file: string): Promise<Loaded> {
  if (!existsSync(file)) throw new Error("it is not there (yet)");
  const { getLlama, LlamaLogLevel } = await import("node-llama-cpp");
  const llama = await getLlama({ build: "never", gpu: false, logLevel: LlamaLogLevel.error });
  const model = await llama.loadModel({ modelPath: file });
  const context = await model.createContext({ contextSize: CONTEXT_TOKENS, sequences: SEQUENCES, threads: threads() });
  return { model, sequences: Array.from({ length: SEQUENCES }, () => context.getSequence()) };
}

const hosts = new Map<string, ModelHost>();

function hostOf(file: string): ModelHost {
  const host = hosts.get(file) ?? new ModelHost(file);
  hosts.set(file, host);
  return host;
}

const toHistory = (message: Message): ChatHistoryItem =>
  message.role === "assistant"
    ? { type: "model", response: [message.content] }
    : { type: message.role, text: message.content };

export class EmbeddedPolicy implements Policy {
  /** `file`: the GGUF file; `name`: what to record as the model. */
  constructor(private readonly options: { file: string; name: string }) {}

  async *generate(request: PolicyRequest): AsyncGenerator<string> {
    request.signal.throwIfAborted();
    const pieces: string[] = [];
    let wake = () => {};
    let ended = false;
    const stopped = new AbortController();
    const run = this.run(request, AbortSignal.any([request.signal, stopped.signal]), (piece) => {
      pieces.push(piece);
      wake();
    }).finally(() => {
      ended = true;
      wake();
    });
    // The error is thrown below, by `await run`; this keeps it from counting as unhandled meanwhile.
    run.catch(() => undefined);
    try {
      while (!ended || pieces.length > 0) {
        const piece = pieces.shift();
        if (piece !== undefined) yield piece;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
      await run;
    } finally {
      stopped.abort();
    }
  }

  private async run(request: PolicyRequest, signal: AbortSignal, onPiece: (piece: string) => void): Promise<void> {
    const { messages, sampling } = request;
    request.onProvenance?.({ model: this.options.name });
    await hostOf(this.options.file).withSequence(async (contextSequence) => {
      const { LlamaChatSession } = await import("node-llama-cpp");
      const session = new LlamaChatSession({ contextSequence });
      try {
        session.setChatHistory(messages.slice(0, -1).map(toHistory));
        await session.prompt(messages.at(-1)?.content ?? "", {
          temperature: sampling.temperature,
          topP: sampling.topP,
          topK: sampling.topK > 0 ? sampling.topK : undefined,
          maxTokens: sampling.tokensMax,
          seed: sampling.seed,
          signal,
          onTextChunk: onPiece,
        });
      } finally {
        session.dispose();
      }
    });
  }
}
