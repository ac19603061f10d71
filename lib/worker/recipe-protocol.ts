/** What the worker and the process that runs a recipe say to each other. Only types: importing this loads no tensors. */
import type { EvaluationReport } from "@/trainer/format/evaluation";
import type { Message, Task } from "@/trainer/format/pair";
import type { TrainingConfig, TrainingMetric } from "@/trainer/format/training-config";

export interface RecipeCalls {
  train: {
    input: { config: TrainingConfig; data: string; baseModel: string; outDirectory: string };
    output: { status: "completed" | "cancelled"; step: number; stepsTotal: number; modelDirectory: string | null };
  };
  evaluate: {
    input: { modelDirectory: string; data: string; task: Task; engine: TrainingConfig["engine"] };
    output: EvaluationReport;
  };
  score: {
    input: {
      modelDirectory: string;
      items: { id: string; prompt: Message[]; response: string }[];
      engine: TrainingConfig["engine"];
    };
    /** In the items' order: raw rewards (logits). */
    output: { id: string; reward: number }[];
  };
}
export type RecipeName = keyof RecipeCalls;

export type ToChild =
  | { [Name in RecipeName]: { type: "run"; recipe: Name; input: RecipeCalls[Name]["input"] } }[RecipeName]
  | { type: "cancel" };

export type FromChild =
  | { type: "metric"; metric: TrainingMetric }
  | { type: "note"; note: string }
  | { type: "progress"; done: number; total: number }
  | { type: "done"; output: unknown }
  /** `expected`: the message is written for people; otherwise it is a bug's. */
  | { type: "failed"; message: string; expected: boolean };
