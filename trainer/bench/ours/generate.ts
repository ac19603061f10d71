/** Draws K samples of a fixed length to one prompt with our engine and times it, without loading; the prompt's own pass counts. */
import { loadModelDirectory } from "../../core/checkpoint-directory";
import { createModel } from "../../core/model/parameters";
import { createTokenizer } from "../../data/tokenizer";
import { chooseEngine, type EngineName, type Precision } from "../../engines";
import { generateFromIds } from "../../sample/generate";
import { emit, peakRssMib, readRequest } from "./protocol";

interface Request {
  engine: EngineName;
  precision: Precision;
  model: string;
  promptIds: number[];
  samples: number;
  tokens: number;
}

const request = readRequest<Request>();
const { reason } = await chooseEngine(request.engine, { precision: request.precision });
const { config, tensors, tokenizerFiles } = await loadModelDirectory(request.model);
const model = createModel(config, tensors, "language-model", 0);
tensors.clear();
// Nothing ends a sample but its length: both sides then make the same number of tokens.
const tokenizer = { ...createTokenizer(tokenizerFiles), eosTokenId: null };
const draw = (tokensMax: number) =>
  generateFromIds(model, tokenizer, request.promptIds, {
    temperature: 1,
    topK: null,
    topP: null,
    seed: 1,
    samples: request.samples,
    tokensMax,
  });
await draw(4);
emit("start");
const started = performance.now();
const drawn = await draw(request.tokens);
const seconds = (performance.now() - started) / 1000;
emit("end");
const tokens = drawn.reduce((sum, { ids }) => sum + ids.length, 0);
emit("result", { seconds, tokens, engine: reason, peakRssMib: peakRssMib() });
