import { z } from "zod";
import { projectParams, taskSchema } from "./common";
import { defineEndpoint } from "./endpoint";

export const importReportSchema = z.object({
  importId: z.uuid(),
  format: z.enum(["jsonl", "trl", "hh"]),
  rows: z.number(),
  /** Pairs with a verdict. */
  comparisons: z.number(),
  /** Pairs that wait for annotators. */
  items: z.number(),
  prompts: z.number(),
  /** Duplicates and pairs whose two sides are the same text. */
  skipped: z.number(),
  /** The first 50 of them. */
  skippedLines: z.array(z.object({ line: z.number(), reason: z.string() })),
});

export const importPairs = defineEndpoint({
  method: "POST",
  path: "/projects/{projectId}/import",
  summary:
    "Import pairs or prompts (JSON lines plain or gzip, Parquet, a zip of Parquet): all or nothing, errors by line, duplicates skipped and reported",
  access: { role: "lead", scope: "data" },
  params: projectParams,
  query: z.object({
    format: z.enum(["auto", "jsonl", "trl", "hh"]).default("auto"),
    /** For rows that do not say their task. */
    task: taskSchema.optional(),
    /** Where pairs without a verdict go. */
    campaignId: z.uuid().optional(),
    sourceName: z.string().trim().min(1).max(200).default("upload"),
  }),
  rawBody: "application/x-ndjson",
  response: importReportSchema,
  status: 201,
  example: {
    query: { task: "helpfulness", sourceName: "helpful-base" },
    body: '{"prompt":"How do I keep basil alive indoors?","chosen":"Six hours of light.","rejected":"You cannot."}\n',
    response: {
      importId: "0190a5b2-6c1f-7d3e-9a40-5b6c7d8e9f01",
      format: "trl",
      rows: 1200,
      comparisons: 1198,
      items: 0,
      prompts: 0,
      skipped: 2,
      skippedLines: [
        { line: 17, reason: "the same as line 4" },
        { line: 903, reason: "already in the project" },
      ],
    },
  },
});
