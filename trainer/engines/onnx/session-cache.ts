/** Sessions of onnxruntime by the graph they compute; the least recently used ones are closed. */
import { EngineError } from "../engine";
import type { CompiledGraph } from "./compile";
import { encodeModel } from "./model";
import type { NativeSession, Runtime, RuntimeTensor } from "./runtime";

/** Each session holds threads, a planned graph and the memory of its intermediate results. */
const SESSIONS_MAX = 96;

export interface SessionStatistics {
  built: number;
  buildSeconds: number;
  runs: number;
}

export interface SessionSettings {
  threads: number;
  /** Whether threads spin while they wait, which wants cores to itself. */
  spinning: boolean;
}

/**
 * Not the error that makes a recipe split its micro-batch and go on: sums are added to within the run that failed, so that they are
 * lost with it.
 */
function runError(cause: Error): Error {
  if (!/allocate|bad_alloc/i.test(cause.message)) return cause;
  return new EngineError(`the onnx engine ran out of memory; set fewer tokens per micro-batch (${cause.message})`, {
    cause,
  });
}

export class SessionCache {
  readonly statistics: SessionStatistics = { built: 0, buildSeconds: 0, runs: 0 };
  /** Told of every graph that was built. */
  onBuilt: ((nodes: number, seconds: number) => void) | null = null;
  private readonly sessions = new Map<string, NativeSession>();

  constructor(
    private readonly runtime: Runtime,
    private readonly settings: SessionSettings,
  ) {}

  run(compiled: CompiledGraph, feeds: Record<string, RuntimeTensor>, fetches: Record<string, RuntimeTensor>): void {
    this.statistics.runs += 1;
    const session = this.sessionOf(compiled);
    try {
      session.run(feeds, fetches, {});
    } catch (cause) {
      throw runError(cause as Error);
    }
  }

  get size(): number {
    return this.sessions.size;
  }

  /** Closes all sessions and frees what they hold. */
  clear(): void {
    for (const session of this.sessions.values()) session.dispose();
    this.sessions.clear();
  }

  private sessionOf(compiled: CompiledGraph): NativeSession {
    const known = this.sessions.get(compiled.key);
    if (known) this.sessions.delete(compiled.key);
    const session = known ?? this.build(compiled);
    // Maps keep the order of insertion: the first key is the one not used for longest.
    this.sessions.set(compiled.key, session);
    if (this.sessions.size > SESSIONS_MAX) this.closeOldest();
    return session;
  }

  private closeOldest(): void {
    const [oldest] = this.sessions;
    if (oldest === undefined) return;
    this.sessions.delete(oldest[0]);
    oldest[1].dispose();
  }

  private build(compiled: CompiledGraph): NativeSession {
    const started = performance.now();
    const graph = compiled.graph();
    const bytes = encodeModel(graph);
    const session = this.runtime.createSession();
    session.loadModel(bytes.buffer, bytes.byteOffset, bytes.byteLength, {
      executionProviders: ["cpu"],
      executionMode: "sequential",
      graphOptimizationLevel: "all",
      intraOpNumThreads: this.settings.threads,
      interOpNumThreads: 1,
      // Arenas never shrink and each session would have its own; the C library shares the memory, and proved as fast.
      enableCpuMemArena: false,
      // Patterns are remembered for every combination of lengths, and lengths differ from batch to batch.
      enableMemPattern: false,
      logSeverityLevel: 3,
      extra: { session: { intra_op: { allow_spinning: this.settings.spinning ? "1" : "0" } } },
    });
    const seconds = (performance.now() - started) / 1000;
    this.statistics.built += 1;
    this.statistics.buildSeconds += seconds;
    this.onBuilt?.(graph.nodes.length, seconds);
    return session;
  }
}
