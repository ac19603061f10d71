/** What `manifest.json` of a snapshot holds. Apart from the reader, because browsers parse manifests too and have no file system. */
import { z } from "zod";

export const SNAPSHOT_FORMAT = "pairwright.snapshot/1";
export const SPLITS = ["train", "heldout"] as const;
export type Split = (typeof SPLITS)[number];

const fileSchema = z.strictObject({
  name: z.string(),
  rows: z.number().int().nonnegative(),
  bytes: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

export const snapshotManifestSchema = z.object({
  format: z.literal(SNAPSHOT_FORMAT),
  createdAt: z.string(),
  /** Share of prompts held out by prompt hash, 0..1. */
  heldoutShare: z.number().min(0).max(1),
  files: z.object({ train: fileSchema, heldout: fileSchema }),
  /** Datasheet: counts by task, strength, safety bin, language, source, and what was excluded and why. */
  datasheet: z.record(z.string(), z.unknown()),
});
export type SnapshotManifest = z.infer<typeof snapshotManifestSchema>;
