/**
 * The requests that vLLM's pooling server takes for a reward model, and its answers (read from vLLM's `entrypoints/pooling/` protocol
 * files). Fields that vLLM has and we do not need are ignored, as vLLM ignores unknown ones; those that would change the answer and
 * that we do not implement are refused by name.
 */
import { z } from "zod";
import { ROLES } from "../format/pair";

const ids = z.array(z.number().int().nonnegative()).min(1);

const textPart = z.object({ type: z.literal("text"), text: z.string() });
const message = z.object({
  role: z.enum(ROLES),
  content: z.union([z.string(), z.array(textPart).transform((parts) => parts.map((part) => part.text).join("\n"))]),
});

/** Accepted when it is absent, null or at its default; another value would have to be obeyed. */
function only(value: string | number | boolean) {
  return z.literal(value).nullish();
}

const common = {
  model: z.string().nullish(),
  /** Keep so many of the last tokens; -1 = as many as the model takes. Without it a row that is too long is refused. */
  truncate_prompt_tokens: z.number().int().min(-1).nullish(),
  /** false: the raw logit. true: its sigmoid. Absent: as the model's configuration says, which for ours is the logit. */
  use_activation: z.boolean().nullish(),
  /** Older names of the same. */
  activation: z.boolean().nullish(),
  softmax: z.boolean().nullish(),
  priority: only(0),
};

const completion = {
  input: z.union([z.string().min(1), ids, z.array(z.string().min(1)).min(1), z.array(ids).min(1)]),
  add_special_tokens: z.boolean().default(true),
};

const chat = {
  messages: z.array(message).min(1),
  add_generation_prompt: z.boolean().default(false),
  continue_final_message: only(false),
  chat_template: z.null().optional(),
};

const pooling = {
  /** Of a reward model only the whole row's score can be asked. */
  task: only("classify"),
  encoding_format: z.enum(["float", "base64"]).default("float"),
  dimensions: z.null().optional(),
};

const completionSchema = z.object({ ...common, ...completion });
const chatSchema = z.object({ ...common, ...chat });
const poolingCompletionSchema = z.object({ ...common, ...completion, ...pooling });
const poolingChatSchema = z.object({ ...common, ...chat, ...pooling });

const texts = z.union([z.string(), z.array(z.string()).min(1)]);
const scoreSchemas = {
  text_1: z.object({ ...common, text_1: texts, text_2: texts }),
  queries: z.object({ ...common, queries: texts, documents: texts }),
  data_1: z.object({ ...common, data_1: texts, data_2: texts }),
};

export type RowsRequest = z.infer<typeof completionSchema> | z.infer<typeof chatSchema>;
export type PoolingRequest = z.infer<typeof poolingCompletionSchema> | z.infer<typeof poolingChatSchema>;
export interface PairsRequest extends z.infer<z.ZodObject<typeof common>> {
  firsts: string[];
  seconds: string[];
  /** As the client calls them, for messages. */
  names: [string, string];
}

type Result<T> = { data: T } | { error: z.ZodError };

function parse<T>(schema: z.ZodType<T>, body: unknown): Result<T> {
  const parsed = schema.safeParse(body);
  return parsed.success ? { data: parsed.data } : { error: parsed.error };
}

const isChat = (body: unknown): boolean => typeof body === "object" && body !== null && "messages" in body;

export function parseRows(body: unknown): Result<RowsRequest> {
  return isChat(body) ? parse<RowsRequest>(chatSchema, body) : parse<RowsRequest>(completionSchema, body);
}

export function parsePooling(body: unknown): Result<PoolingRequest> {
  return isChat(body)
    ? parse<PoolingRequest>(poolingChatSchema, body)
    : parse<PoolingRequest>(poolingCompletionSchema, body);
}

const listed = (value: string | string[]): string[] => (Array.isArray(value) ? value : [value]);

export function parsePairs(body: unknown): Result<PairsRequest> {
  const has = (field: string) => typeof body === "object" && body !== null && field in body;
  const pairs = (first: string, second: string) => (data: Record<string, unknown>) =>
    ({
      ...data,
      firsts: listed(data[first] as string | string[]),
      seconds: listed(data[second] as string | string[]),
      names: [first, second],
    }) as PairsRequest;
  if (has("queries")) return parse(scoreSchemas.queries.transform(pairs("queries", "documents")), body);
  if (has("data_1")) return parse(scoreSchemas.data_1.transform(pairs("data_1", "data_2")), body);
  return parse(scoreSchemas.text_1.transform(pairs("text_1", "text_2")), body);
}

/** null: the client leaves it to the model. */
export function wantsActivation(request: RowsRequest | PairsRequest): boolean | null {
  return request.use_activation ?? request.activation ?? request.softmax ?? null;
}

interface Answer {
  id: string;
  model: string;
  values: number[];
  tokens: number;
}

function envelope({ id, model, tokens }: Answer, data: unknown[]): Record<string, unknown> {
  const usage = { prompt_tokens: tokens, total_tokens: tokens, completion_tokens: 0, prompt_tokens_details: null };
  return { id, object: "list", created: Math.floor(Date.now() / 1000), model, data, usage };
}

export function poolingAnswer(answer: Answer, format: PoolingRequest["encoding_format"]): unknown {
  const encoded = (value: number) =>
    format === "float" ? [value] : Buffer.from(Float32Array.of(value).buffer).toString("base64");
  return envelope(
    answer,
    answer.values.map((value, index) => ({ index, object: "pooling", data: encoded(value) })),
  );
}

export function classifyAnswer(answer: Answer, label: string): unknown {
  return envelope(
    answer,
    answer.values.map((value, index) => ({ index, label, probs: [value], num_classes: 1 })),
  );
}

export function scoreAnswer(answer: Answer): unknown {
  return envelope(
    answer,
    answer.values.map((score, index) => ({ index, object: "score", score })),
  );
}

export function modelsAnswer(model: string, created: number, tokensPerRowMax: number): unknown {
  const card = { id: model, object: "model", created, owned_by: "pairwright", root: model, parent: null };
  return { object: "list", data: [{ ...card, max_model_len: tokensPerRowMax, permission: [] }] };
}
