/** A tiny base model and pairs in a folder of their own, and short runs on them, for tests of `trainReward`. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { PreferencePair } from "../format/pair";
import type { TrainingMetric } from "../format/training-config";
import { createTinyModel } from "./init-model";
import { type TrainRewardOptions, trainReward } from "./train-reward";

export function pairOf(index: number, more: Partial<PreferencePair> = {}): PreferencePair {
  return {
    id: `p${index}`,
    prompt: [{ role: "user", content: `Question ${index}?` }],
    chosen: `Yes, gladly: answer ${index}.`,
    rejected: `No. Go away, ${index}`,
    strength: (["significantly_better", "better", "slightly_better", "negligibly_better"] as const)[index % 4] ?? null,
    safety: null,
    task: "helpfulness",
    source: "annotator",
    ...more,
  };
}

export const pairsOf = (count: number, from = 0): PreferencePair[] =>
  Array.from({ length: count }, (_, index) => pairOf(from + index));

export const TEST_CONFIG = {
  task: "helpfulness",
  engine: "wasm",
  pairsPerStep: 4,
  tokensPerMicroBatch: 150,
  learningRateMax: 2e-3,
  warmupStepsMin: 1,
} as const;

export interface Workbench {
  root: string;
  base: string;
  /** Writes pairs to a file and gives its path. */
  write: (name: string, pairs: readonly PreferencePair[]) => string;
  /** Trains on `pairs.jsonl` (16 pairs, 4 steps) unless told otherwise. */
  run: (
    name: string,
    config?: Partial<TrainRewardOptions["config"]>,
    more?: Partial<TrainRewardOptions>,
  ) => ReturnType<typeof trainReward>;
  weights: (name: string) => Buffer;
  /** Names in a run's folder that begin so. */
  entries: (name: string, beginning: string) => string[];
  remove: () => void;
}

export async function openWorkbench(name: string, layerCount = 2): Promise<Workbench> {
  const root = mkdtempSync(path.join(tmpdir(), `${name}-`));
  const base = path.join(root, "base");
  await createTinyModel(base, { hiddenSize: 16, headCount: 2, keyValueHeadCount: 1, layerCount, seed: 4 });
  const write: Workbench["write"] = (file, pairs) => {
    const target = path.join(root, file);
    writeFileSync(target, pairs.map((one) => `${JSON.stringify(one)}\n`).join(""));
    return target;
  };
  const data = write("pairs.jsonl", pairsOf(16));
  return {
    root,
    base,
    write,
    run: (out, config = {}, more = {}) =>
      trainReward({
        config: { ...TEST_CONFIG, ...config },
        data,
        baseModel: base,
        outDirectory: path.join(root, out),
        ...more,
      }),
    weights: (out) => readFileSync(path.join(root, out, "model", "model.safetensors")),
    entries: (out, beginning) => readdirSync(path.join(root, out)).filter((entry) => entry.startsWith(beginning)),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Aborts as soon as the metric of `step` is out. */
export function abortAfter(step: number): Pick<TrainRewardOptions, "signal" | "onMetric"> {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    onMetric: (metric: TrainingMetric) => {
      if (metric.step === step) controller.abort();
    },
  };
}
