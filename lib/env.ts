/** The only reader of process.env in lib, db and app. Parsed once; a bad value names the variable and the reason. */
import { homedir } from "node:os";
import path from "node:path";
import { z } from "zod";

const optionalText = z
  .string()
  .optional()
  .transform((value) => (value === undefined || value.trim() === "" ? undefined : value.trim()));

const envSchema = z
  .object({
    NODE_ENV: z.enum(["development", "production", "test"]).default("production"),
    HOST: z.string().default("127.0.0.1"),
    PORT: z.coerce.number().int().min(1).max(65535).default(3000),
    PAIRWRIGHT_HOME: z.string().default(path.join(homedir(), ".pairwright")),
    DATABASE_URL: optionalText,
    /** Secret for sessions and for encrypting policy keys; the supervisor generates and keeps one on first run. */
    AUTH_SECRET: optionalText,
    /** Public address, e.g. https://annotate.example.org; default http://HOST:PORT. */
    PUBLIC_URL: optionalText,
    OIDC_ISSUER: optionalText,
    OIDC_CLIENT_ID: optionalText,
    OIDC_CLIENT_SECRET: optionalText,
    OIDC_NAME: z.string().default("Single sign-on"),
    /** Comma-separated hosts, addresses or CIDR ranges that policy endpoints may reach although they are private. */
    POLICY_ALLOWED_HOSTS: z.string().default(""),
    /** The same for webhooks; what policies may reach, webhooks may not unless it stands here too. */
    WEBHOOK_ALLOWED_HOSTS: z.string().default(""),
    /** Installed engines (`npm run engine -- install libtorch`). */
    PAIRWRIGHT_LIBTORCH: optionalText,
    PAIRWRIGHT_WEBGPU: optionalText,
    PAIRWRIGHT_TENSORFLOW: optionalText,
    /** `off` keeps the demo seed from fetching SmolLM2 in the background. */
    DEMO_MODEL: z.enum(["on", "off"]).default("on"),
    LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
  })
  .superRefine((value, context) => {
    if (value.AUTH_SECRET !== undefined && value.AUTH_SECRET.length < 32)
      context.addIssue({ code: "custom", path: ["AUTH_SECRET"], message: "needs at least 32 characters" });
    const oidc = [value.OIDC_ISSUER, value.OIDC_CLIENT_ID, value.OIDC_CLIENT_SECRET].filter(Boolean).length;
    if (oidc !== 0 && oidc !== 3)
      context.addIssue({
        code: "custom",
        path: ["OIDC_ISSUER"],
        message: "set OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET together",
      });
  });

export type Env = z.infer<typeof envSchema> & { publicUrl: string };

export class EnvError extends Error {
  override name = "EnvError";
}

export function parseEnv(source: Record<string, string | undefined>): Env {
  const parsed = envSchema.safeParse(source);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`);
    throw new EnvError(`Bad configuration in the environment:\n${lines.join("\n")}`);
  }
  const publicUrl = parsed.data.PUBLIC_URL ?? `http://${parsed.data.HOST}:${parsed.data.PORT}`;
  return { ...parsed.data, publicUrl };
}

let cached: Env | undefined;
export function env(): Env {
  cached ??= parseEnv(process.env);
  return cached;
}

/** For code that cannot run without it: refuses instead of falling back to a default secret. */
export function requireSecret(): string {
  const secret = env().AUTH_SECRET;
  if (!secret)
    throw new EnvError("AUTH_SECRET is not set. `npm start` generates one; other ways of starting must give it.");
  return secret;
}

export function requireDatabaseUrl(): string {
  const url = env().DATABASE_URL;
  if (!url)
    throw new EnvError(
      "DATABASE_URL is not set. `npm start` sets it for its children; other ways of starting must give it.",
    );
  return url;
}

/** What a child process of the supervisor inherits: our own environment with some variables set. */
export function childEnvironment(set: Record<string, string | undefined>): NodeJS.ProcessEnv {
  return { ...process.env, ...set } as NodeJS.ProcessEnv;
}
