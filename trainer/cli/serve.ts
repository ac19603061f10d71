/** `serve`: a reward model behind HTTP, in vLLM's shapes. SIGTERM or Ctrl-C answers what was taken and ends. */

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { Command, Option } from "commander";
import { PRECISIONS, type TrainingConfig } from "../format/training-config";
import { openServedModel } from "../serve/model";
import { createRewardServer, type RunningServer, SERVE_DEFAULTS } from "../serve/server";
import { type EngineChoice, given, wholeNumber, withEngine } from "./options";
import { createReporter } from "./output";

interface ServeFlags {
  model: string;
  host: string;
  port: number;
  name?: string;
  engine: EngineChoice;
  precision?: TrainingConfig["precision"];
  tokensPerRow?: number;
  tokensPerBatch?: number;
  gatherMs: number;
  queueTokens: number;
  bodyBytes: number;
  tokenFile?: string;
  allowAnyone: boolean;
}

const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);

async function readToken(file: string | undefined): Promise<string | null> {
  if (file === undefined) return null;
  const token = (await readFile(file, "utf8")).trim();
  if (token === "") throw new Error(`${file} is empty: it must hold the token that clients send`);
  return token;
}

async function listen({ server }: RunningServer, host: string, port: number): Promise<string> {
  server.listen(port, host);
  await once(server, "listening");
  const { address, port: bound, family } = server.address() as AddressInfo;
  return `http://${family === "IPv6" ? `[${address}]` : address}:${bound}`;
}

/** A signal to the process group arrives twice: directly and passed on by the command's launcher. */
const SAME_SIGNAL_MS = 500;

/** Resolves on the first signal; a later one ends the process at once. */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first: number | null = null;
    const stop = (signal: NodeJS.Signals) => {
      if (first !== null && performance.now() - first > SAME_SIGNAL_MS) process.exit(1);
      first ??= performance.now();
      resolve(signal);
    };
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
  });
}

async function runServe(flags: ServeFlags): Promise<void> {
  const report = createReporter();
  const token = await readToken(flags.tokenFile);
  if (token === null && !LOOPBACK.has(flags.host) && !flags.allowAnyone)
    throw new Error(
      `on ${flags.host} anyone in reach could use the model: give --token-file, or --allow-anyone if that is what you want`,
    );
  const name = flags.name ?? path.basename(path.resolve(flags.model));
  const { model, tokensPerMicroBatch, close } = await openServedModel(name, {
    modelDirectory: flags.model,
    engine: flags.engine,
    ...given({ precision: flags.precision, tokensPerRowMax: flags.tokensPerRow }),
    onNote: report.note,
  });
  const running = createRewardServer(model, {
    token,
    tokensPerBatch: flags.tokensPerBatch ?? 2 * tokensPerMicroBatch,
    gatherMs: flags.gatherMs,
    queueTokensMax: flags.queueTokens,
    bodyBytesMax: flags.bodyBytes,
    rowsPerRequestMax: SERVE_DEFAULTS.rowsPerRequestMax,
    onError: (cause) => report.note(`scoring failed: ${(cause as Error).message}`),
  });
  const stopped = stopSignal();
  const url = await listen(running, flags.host, flags.port);
  const { tokensPerRowMax } = model;
  report.result(`${name} on ${url}: /pooling /classify /score /v1/models /health`, {
    url,
    model: name,
    tokensPerRowMax,
  });
  report.note(`${await stopped}: answering what was taken, then ending`);
  await running.stop();
  close();
}

export function serveCommands(): Command[] {
  const serve = withEngine(new Command("serve").description("answer requests for rewards over HTTP, in vLLM's shapes"))
    .requiredOption("--model <directory>", "the reward model or probe")
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--port <n>", "port to listen on; 0 takes a free one", wholeNumber, 8000)
    .option("--name <name>", "what clients call the model; default: the directory's name")
    .option("--token-file <file>", "clients must send its content: Authorization: Bearer ...")
    .option("--allow-anyone", "listen beyond this machine without a token", false)
    .addOption(new Option("--precision <name>", "of matrix products (default: float32)").choices(PRECISIONS))
    .option("--tokens-per-row <n>", "longest row", wholeNumber)
    .option("--tokens-per-batch <n>", "tokens of concurrent requests that are scored together", wholeNumber)
    .option("--gather-ms <n>", "how long an idle server waits for company", wholeNumber, SERVE_DEFAULTS.gatherMs)
    .option(
      "--queue-tokens <n>",
      "tokens that may wait; beyond it clients get 429",
      wholeNumber,
      SERVE_DEFAULTS.queueTokensMax,
    )
    .option("--body-bytes <n>", "largest request", wholeNumber, SERVE_DEFAULTS.bodyBytesMax)
    .action(runServe);
  return [serve];
}
