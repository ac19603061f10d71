/** The same samples from llama.cpp (node-llama-cpp) and the quantised GGUF file: a remark beside the figures, not a peer in precision. */
import { getLlama, LlamaLogLevel, type Token } from "node-llama-cpp";
import { emit, peakRssMib, readRequest } from "./protocol";

interface Request {
  file: string;
  promptIds: number[];
  samples: number;
  tokens: number;
  threads: number;
}

const request = readRequest<Request>();
const llama = await getLlama({ build: "never", gpu: false, logLevel: LlamaLogLevel.error });
const model = await llama.loadModel({ modelPath: request.file });
const contextSize = request.promptIds.length + request.tokens + 8;
const { samples, threads } = request;
const context = await model.createContext({ contextSize, sequences: samples, threads });
const sequences = Array.from({ length: samples }, () => context.getSequence());

async function draw(tokensMax: number): Promise<number> {
  const counts = sequences.map(async (sequence, index) => {
    await sequence.clearHistory();
    let count = 0;
    const evaluation = sequence.evaluate(request.promptIds as Token[], {
      temperature: 1,
      topK: 0,
      topP: 1,
      seed: index + 1,
      yieldEogToken: true,
    });
    for await (const _ of evaluation) {
      count += 1;
      if (count >= tokensMax) break;
    }
    return count;
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

await draw(4);
emit("start");
const started = performance.now();
const tokens = await draw(request.tokens);
const seconds = (performance.now() - started) / 1000;
emit("end");
emit("result", { seconds, tokens, engine: "llama.cpp", peakRssMib: peakRssMib() });
process.exit(0);
