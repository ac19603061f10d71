import { z } from "zod";
import { snapshotManifestSchema } from "@/trainer/format/manifest";
import { idParams, idSchema, instantSchema, pageOf, pageQuery, projectParams } from "./common";
import { defineEndpoint } from "./endpoint";

export const EXPORT_FORMATS = ["jsonl", "trl", "hh", "parquet", "csv"] as const;
export const exportFormatSchema = z.enum(EXPORT_FORMATS);
export type ExportFormat = z.infer<typeof exportFormatSchema>;

export const snapshotSchema = z.object({
  id: z.uuid(),
  projectId: z.uuid(),
  roundId: z.uuid().nullable(),
  name: z.string(),
  manifest: snapshotManifestSchema,
  manifestSha256: z.string(),
  createdAt: instantSchema,
});
export type Snapshot = z.infer<typeof snapshotSchema>;

const access = { role: "lead", scope: "data" } as const;

export const listSnapshots = defineEndpoint({
  method: "GET",
  path: "/snapshots",
  summary: "Snapshots of a project, newest first",
  access,
  query: pageQuery.extend({ projectId: idSchema }),
  response: pageOf(snapshotSchema),
});
export const getSnapshot = defineEndpoint({
  method: "GET",
  path: "/snapshots/{id}",
  summary: "One snapshot with its manifest and datasheet",
  access,
  params: idParams,
  response: snapshotSchema,
});
export const createSnapshot = defineEndpoint({
  method: "POST",
  path: "/projects/{projectId}/snapshots",
  summary: "Freeze the project's usable comparisons into a hashed data set",
  access,
  params: projectParams,
  body: z.strictObject({ name: z.string().trim().min(1).max(200) }),
  response: snapshotSchema,
  status: 201,
});
export const exportSnapshot = defineEndpoint({
  method: "GET",
  path: "/snapshots/{id}/export",
  summary: "Stream one split of a snapshot as a file",
  access,
  params: idParams,
  query: z.object({
    format: exportFormatSchema.default("jsonl"),
    /** Held-out pairs come apart, so that nobody trains on them by accident. */
    split: z.enum(["train", "heldout"]).default("train"),
  }),
  rawResponse: "application/octet-stream",
});
