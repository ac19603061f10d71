/** A loaded scorer as the server needs it. */
import path from "node:path";
import { z } from "zod";
import { readTextIfThere } from "../core/weight-files";
import { needsAnswers, openScorer, type ScorableItem, type ScoringOptions, scoreRows } from "../recipes/scorer";
import type { ScoringRow } from "./rows";
import type { ServedModel } from "./server";

/** What vLLM reads of a classifier's `config.json`. */
const classifierSchema = z.object({
  id2label: z.record(z.string(), z.string()).optional(),
  problem_type: z.string().nullish(),
});

async function readClassifier(directory: string): Promise<z.infer<typeof classifierSchema>> {
  const text = await readTextIfThere(path.join(directory, "config.json"));
  const parsed = classifierSchema.safeParse(JSON.parse(text ?? "{}"));
  return parsed.success ? parsed.data : {};
}

function itemOf({ ids, answerStart }: ScoringRow): ScorableItem {
  return { rows: [ids], ...(answerStart === null ? {} : { answerStarts: [answerStart] }) };
}

export interface OpenedModel {
  model: ServedModel;
  tokensPerMicroBatch: number;
  close: () => void;
}

/** Errors: as `openScorer`. */
export async function openServedModel(name: string, options: ScoringOptions): Promise<OpenedModel> {
  const { scorer, close } = await openScorer(options);
  const { id2label, problem_type: problem } = await readClassifier(options.modelDirectory);
  const { tokenizer, tokensPerRowMax, probe, engine } = scorer;
  const model: ServedModel = {
    name,
    tokenizer,
    tokensPerRowMax,
    needsAnswer: needsAnswers(scorer),
    // vLLM's rule: a regression's logit stays as it is, any other single class goes through the sigmoid.
    activationByDefault: probe ? false : problem !== "regression",
    label: id2label?.["0"] ?? "LABEL_0",
    score: async (rows) => (await scoreRows(scorer, rows.map(itemOf))).flat(),
  };
  return { model, tokensPerMicroBatch: engine.tokensPerMicroBatch, close };
}
