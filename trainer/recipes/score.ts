/** Scores responses with a reward model. Responses to one prompt are packed together, so the prompt is computed once. */
import { z } from "zod";
import { packBranches } from "../core/model/layout";
import { encodePair } from "../data/pairs";
import { messageSchema } from "../format/pair";
import { type Scorer, scoreRows } from "./score-pairs";
import { type ScoringOptions, withScorer } from "./scorer";

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

/** More branches than this in one row save little and make the row's attention wide. */
const BRANCHES_PER_ROW = 8;

interface Encoded {
  index: number;
  ids: number[];
}

/** Consecutive responses to the same prompt, at most `BRANCHES_PER_ROW` together and within the row's token limit. */
function groupByPrompt(items: readonly ScoreItem[], { tokenizer, tokensPerRowMax }: Scorer): Encoded[][] {
  const byPrompt = new Map<string, Encoded[][]>();
  items.forEach(({ prompt, response }, index) => {
    const ids = encodePair(tokenizer, { prompt, chosen: response, rejected: response }, tokensPerRowMax).chosenIds;
    const key = JSON.stringify(prompt);
    const groups = byPrompt.get(key) ?? [];
    byPrompt.set(key, groups);
    const open = groups.at(-1);
    const fits =
      open &&
      open.length < BRANCHES_PER_ROW &&
      packBranches([...open.map((one) => one.ids), ids]).ids.length <= tokensPerRowMax;
    if (fits) open.push({ index, ids });
    else groups.push([{ index, ids }]);
  });
  return [...byPrompt.values()].flat();
}

/** Rewards in the items' order. Errors: CheckpointError, EngineError, ModelError, ChatTemplateError. */
export async function scoreResponses(options: ScoreOptions): Promise<ScoredResponse[]> {
  const { items } = options;
  if (items.length === 0) return [];
  return withScorer(options, async (scorer) => {
    const groups = groupByPrompt(items, scorer);
    const rows = groups.map((group) => packBranches(group.map((one) => one.ids)));
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
