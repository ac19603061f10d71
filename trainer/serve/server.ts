/** The HTTP server of `pairwright-trainer serve`: routes, limits and errors. It knows rows and rewards; scoring is handed in. */
import { createHash, randomUUID, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { sigmoidOf } from "../core/losses";
import { ChatTemplateError, type ChatTokenizer } from "../data/tokenizer";
import { type Batcher, ClosedError, createBatcher, QueueFullError } from "./batcher";
import { badFields, HttpError } from "./http-error";
import * as protocol from "./protocol";
import { rowsOfMessages, rowsOfPairs, type ScoringRow } from "./rows";

export interface ServedModel {
  name: string;
  tokenizer: ChatTokenizer;
  /** The most tokens a row may have. */
  tokensPerRowMax: number;
  /** A probe of mean pooling reads the tokens of the answer, so it must know where that begins. */
  needsAnswer: boolean;
  /** Whether a client that asks for neither gets the sigmoid. */
  activationByDefault: boolean;
  /** The name of the one class. */
  label: string;
  /** Rewards (logits), in the rows' order. */
  score: (rows: readonly ScoringRow[]) => Promise<number[]>;
}

export interface ServeOptions {
  /** null: anyone who reaches the port may ask. */
  token: string | null;
  tokensPerBatch: number;
  gatherMs: number;
  queueTokensMax: number;
  bodyBytesMax: number;
  rowsPerRequestMax: number;
  /** For operators: failures that clients are only told of as "internal". */
  onError: (cause: unknown) => void;
}

export const SERVE_DEFAULTS = {
  gatherMs: 5,
  queueTokensMax: 262_144,
  bodyBytesMax: 4 * 2 ** 20,
  rowsPerRequestMax: 4096,
} as const;

/** A client that sends its body slower than this is let go. */
const REQUEST_MS_MAX = 60_000;

interface Context {
  model: ServedModel;
  options: ServeOptions;
  batcher: Batcher<ScoringRow>;
  created: number;
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

function checkToken(request: IncomingMessage, token: string | null): void {
  if (token === null) return;
  const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? "";
  // Of equal length whatever was given, so that the comparison's time tells nothing.
  if (!timingSafeEqual(digest(given), digest(token)))
    throw new HttpError(401, "a bearer token is needed: Authorization: Bearer ...", null, {
      "WWW-Authenticate": "Bearer",
    });
}

async function readBody(request: IncomingMessage, bytesMax: number): Promise<unknown> {
  // A browser sends JSON across origins only after asking, and this server never agrees.
  if (!/^application\/json\s*(;|$)/i.test(request.headers["content-type"] ?? ""))
    throw new HttpError(415, "the body must be sent as Content-Type: application/json");
  const tooLarge = () =>
    new HttpError(413, `the body is larger than ${bytesMax} bytes; send fewer rows at once`, null, {
      Connection: "close",
    });
  if (Number(request.headers["content-length"] ?? 0) > bytesMax) throw tooLarge();
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw tooLarge();
    chunks.push(chunk);
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks)));
  } catch (cause) {
    throw new HttpError(400, `the body is not JSON: ${(cause as Error).message.slice(0, 200)}`);
  }
}

function fields<T>(result: { data: T } | { error: Parameters<typeof badFields>[0] }): T {
  if ("error" in result) throw badFields(result.error);
  return result.data;
}

function checkModel(asked: string | null | undefined, { model }: Context): void {
  if (asked && asked !== model.name)
    throw new HttpError(404, `the model "${asked}" does not exist; this server has "${model.name}"`, "model");
}

interface Scored {
  values: number[];
  tokens: number;
}

type Asked = protocol.RowsRequest | protocol.PairsRequest;

/** Tokenizing a long list lets others in this often. */
const TOKENIZING_MS_MAX = 20;

async function collect(rows: Iterable<ScoringRow>, rowsMax: number, signal: AbortSignal): Promise<ScoringRow[]> {
  const collected: ScoringRow[] = [];
  let since = performance.now();
  for (const row of rows) {
    if (collected.length === rowsMax) throw new HttpError(400, `at most ${rowsMax} rows are taken in one request`);
    collected.push(row);
    if (performance.now() - since < TOKENIZING_MS_MAX) continue;
    await new Promise<void>((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
    since = performance.now();
  }
  return collected;
}

async function scored(
  { model, batcher, options }: Context,
  asked: Asked,
  found: Iterable<ScoringRow>,
  signal: AbortSignal,
): Promise<Scored> {
  const rows = await collect(found, options.rowsPerRequestMax, signal);
  const logits = await batcher.submit(rows, signal);
  const activated = protocol.wantsActivation(asked) ?? model.activationByDefault;
  const values = activated ? logits.map(sigmoidOf) : logits;
  return { values, tokens: rows.reduce((sum, { ids }) => sum + ids.length, 0) };
}

type Route = (context: Context, body: unknown, id: string, signal: AbortSignal) => Promise<unknown>;

const pooling: Route = async (context, body, id, signal) => {
  const asked = fields(protocol.parsePooling(body));
  checkModel(asked.model, context);
  const result = await scored(context, asked, rowsOfMessages(asked, context.model), signal);
  return protocol.poolingAnswer({ id: `pool-${id}`, model: context.model.name, ...result }, asked.encoding_format);
};

const classify: Route = async (context, body, id, signal) => {
  const asked = fields(protocol.parseRows(body));
  checkModel(asked.model, context);
  const result = await scored(context, asked, rowsOfMessages(asked, context.model), signal);
  return protocol.classifyAnswer({ id: `classify-${id}`, model: context.model.name, ...result }, context.model.label);
};

const score: Route = async (context, body, id, signal) => {
  const asked = fields(protocol.parsePairs(body));
  checkModel(asked.model, context);
  const result = await scored(context, asked, rowsOfPairs(asked, context.model), signal);
  return protocol.scoreAnswer({ id: `score-${id}`, model: context.model.name, ...result });
};

const POSTS: Record<string, Route> = {
  "/pooling": pooling,
  "/classify": classify,
  "/score": score,
  "/v1/score": score,
};

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  if (response.destroyed || response.headersSent) return;
  const text = body === null ? "" : JSON.stringify(body);
  response.writeHead(status, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

function errorOf(cause: unknown, onError: (cause: unknown) => void): HttpError {
  if (cause instanceof HttpError) return cause;
  if (cause instanceof QueueFullError) return new HttpError(429, cause.message, null, { "Retry-After": "1" });
  if (cause instanceof ClosedError)
    return new HttpError(503, cause.message, null, { "Retry-After": "5", Connection: "close" });
  if (cause instanceof ChatTemplateError) return new HttpError(400, cause.message, "messages");
  onError(cause);
  return new HttpError(500, "scoring failed; the server's log says why");
}

async function answer(context: Context, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? "/", "http://localhost").pathname;
  const method = request.method ?? "GET";
  const allow = (wanted: string) => {
    if (method !== wanted) throw new HttpError(405, `${path} takes ${wanted}`, null, { Allow: wanted });
  };
  if (path === "/health") {
    allow("GET");
    return send(response, 200, null);
  }
  checkToken(request, context.options.token);
  if (path === "/v1/models") {
    allow("GET");
    const { name, tokensPerRowMax } = context.model;
    return send(response, 200, protocol.modelsAnswer(name, context.created, tokensPerRowMax));
  }
  const route = Object.hasOwn(POSTS, path) ? POSTS[path] : undefined;
  if (route === undefined) throw new HttpError(404, `there is no ${path} here`);
  allow("POST");
  const gone = new AbortController();
  response.once("close", () => gone.abort(new Error("the client left")));
  const body = await readBody(request, context.options.bodyBytesMax);
  const id = (request.headers["x-request-id"] as string | undefined)?.slice(0, 100) ?? randomUUID().replaceAll("-", "");
  send(response, 200, await route(context, body, id, gone.signal));
}

export interface RunningServer {
  server: Server;
  /** Refuses new work with 503, answers what was taken, closes all connections. */
  stop(): Promise<void>;
}

/** After the last answer, how long a client may take to read it. */
const CLOSING_MS_MAX = 5000;

/** Not listening yet. */
export function createRewardServer(model: ServedModel, options: ServeOptions): RunningServer {
  const batcher = createBatcher<ScoringRow>({ ...options, score: model.score });
  const context: Context = { model, options, batcher, created: Math.floor(Date.now() / 1000) };
  const open = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    open.add(response);
    response.once("close", () => open.delete(response));
    answer(context, request, response).catch((cause: unknown) => {
      if (response.destroyed) return;
      const error = errorOf(cause, options.onError);
      send(response, error.status, error.body(), error.headers);
    });
  });
  server.requestTimeout = REQUEST_MS_MAX;
  server.headersTimeout = REQUEST_MS_MAX;
  return {
    server,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const response of open) response.shouldKeepAlive = false;
      await batcher.close();
      const force = setTimeout(() => server.closeAllConnections(), CLOSING_MS_MAX);
      server.closeIdleConnections();
      await closed;
      clearTimeout(force);
    },
  };
}
