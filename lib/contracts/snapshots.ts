import { z } from "zod";
import { snapshotManifestSchema } from "@/trainer/format/manifest";
import { idParams, idSchema, instantSchema, pageOf, pageQuery, projectParams } from "./common";
import { defineEndpoint } from "./endpoint";

/** `datasets`: a zip of both splits as Parquet shards with a data set card, as the Hugging Face hub lays it out. */
export const EXPORT_FORMATS = ["jsonl", "trl", "hh", "parquet", "csv", "datasets"] as const;
export const exportFormatSchema = z.enum(EXPORT_FORMATS);
export type ExportFormat = z.infer<typeof exportFormatSchema>;

export const licenseSchema = z.string().regex(/^[a-z0-9][a-z0-9.+-]{0,39}$/, "not an identifier such as cc-by-4.0");

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
  summary: "Stream one split of a snapshot as a file, or both as a Hugging Face data set (zip)",
  access,
  params: idParams,
  query: z.object({
    format: exportFormatSchema.default("jsonl"),
    /** Held-out pairs come apart, so that nobody trains on them by accident. */
    split: z.enum(["train", "heldout"]).default("train"),
    /** For the card of `datasets`: the hub's identifier, such as "cc-by-4.0". */
    license: licenseSchema.default("unknown"),
  }),
  rawResponse: "application/octet-stream",
  example: {
    query: { format: "trl", split: "train" },
    response:
      '{"prompt":[{"role":"user","content":"How do I keep basil alive indoors?"}],"chosen":[{"role":"assistant","content":"Six hours of light."}],"rejected":[{"role":"assistant","content":"You cannot."}],"margin":0.6667,"strength":"better"}\n',
  },
});
