/** Scores responses with a reward model. Responses to one prompt are packed together, so the prompt is computed once. */
import { z } from "zod";
import { encodePair } from "../data/pairs";
import { messageSchema } from "../format/pair";
import { answerStarts } from "./answer-start";
import { needsAnswers, type Scorer, type ScoringOptions, scoreRows, withScorer } from "./scorer";

export const scoreItemSchema = z.object({
  id: z.string().min(1),
  /** The dialogue before the response. */
  prompt: z.array(messageSchema).min(1),
  response: z.string(),
});
export type ScoreItem = z.infer<typeof scoreItemSchema>;

export interface ScoredResponse {
  id: string;
  /** The raw logit; sigma(reward) is the score that reports and thresholds speak of. */
  reward: number;
}

export interface ScoreOptions extends ScoringOptions {
  items: readonly ScoreItem[];
}

interface Encoded {
  index: number;
  ids: number[];
  answerStart: number;
}

/** Responses to the same prompt together. */
function groupByPrompt(items: readonly ScoreItem[], scorer: Scorer): Encoded[][] {
  const { tokenizer, tokensPerRowMax } = scorer;
  const byPrompt = new Map<string, Encoded[]>();
  items.forEach(({ prompt, response }, index) => {
    const ids = encodePair(tokenizer, { prompt, chosen: response, rejected: response }, tokensPerRowMax).chosenIds;
    const answers = [{ text: response, ids }];
    const [answerStart = 0] = needsAnswers(scorer) ? answerStarts(tokenizer, prompt, answers, tokensPerRowMax) : [];
    const key = JSON.stringify(prompt);
    const group = byPrompt.get(key) ?? [];
    byPrompt.set(key, group);
    group.push({ index, ids, answerStart });
  });
  return [...byPrompt.values()];
}

/** Rewards in the items' order. Errors: CheckpointError, EngineError, ModelError, ChatTemplateError. */
export async function scoreResponses(options: ScoreOptions): Promise<ScoredResponse[]> {
  const { items } = options;
  if (items.length === 0) return [];
  return withScorer(options, async (scorer) => {
    const groups = groupByPrompt(items, scorer);
    const rows = groups.map((group) => ({
      rows: group.map((one) => one.ids),
      answerStarts: group.map((one) => one.answerStart),
    }));
    const rewards = await scoreRows(scorer, rows, (done) => options.onProgress?.(done, rows.length), options.signal);
    const result = items.map(({ id }): ScoredResponse => ({ id, reward: Number.NaN }));
    groups.forEach((group, row) => {
      group.forEach(({ index }, branch) => {
        const scored = result[index];
        if (scored) scored.reward = rewards[row]?.[branch] ?? Number.NaN;
      });
    });
    return result;
  });
}
