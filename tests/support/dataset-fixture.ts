/** A snapshot's files on disk, with every kind of value that a data set export has to carry. */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { DatasetInput } from "@/lib/services/export/dataset";
import type { PreferencePair } from "@/trainer/format/pair";
import { SNAPSHOT_FORMAT, type Split } from "@/trainer/format/snapshot";

export function samplePairs(count: number, name: string): PreferencePair[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `${name}-${index}`,
    prompt: [
      ...(index % 3 === 0 ? [{ role: "system" as const, content: "Be brief." }] : []),
      { role: "user" as const, content: `질문 ${index} “quoted”\n\nsecond paragraph \\ \t tab` },
      ...(index % 4 === 0
        ? [
            { role: "assistant" as const, content: "Which one?" },
            { role: "user" as const, content: "The second." },
          ]
        : []),
    ],
    chosen: `good ${name} ${index} 🌱`,
    rejected: index % 5 === 0 ? "" : `bad ${index}`,
    strength: index % 2 ? "better" : null,
    safety: index % 3 ? null : "both_safe",
    task: index % 2 ? "helpfulness" : "safety",
    source: "annotator",
    meta:
      index % 2
        ? { language: "ko", reasons: ["accuracy", "tone"], severity: 4, riskCategory: "hate", bothUnacceptable: true }
        : { language: "en" },
  }));
}

/** Writes train.jsonl and heldout.jsonl into `folder`. */
export async function writeDataset(
  folder: string,
  pairs: Record<Split, PreferencePair[]>,
  shardRows: number,
): Promise<DatasetInput> {
  const describe = async (split: Split) => {
    const name = `${split}.jsonl`;
    const text = pairs[split].map((pair) => `${JSON.stringify(pair)}\n`).join("");
    await writeFile(path.join(folder, name), text);
    return { name, rows: pairs[split].length, bytes: Buffer.byteLength(text), sha256: "0".repeat(64) };
  };
  return {
    name: 'Week "one": a | b',
    snapshotId: "8c7f0a52-0000-4000-8000-000000000000",
    manifestSha256: "f".repeat(64),
    manifest: {
      format: SNAPSHOT_FORMAT,
      createdAt: "2026-03-02T09:15:00.000Z",
      heldoutShare: 0.1,
      files: { train: await describe("train"), heldout: await describe("heldout") },
      datasheet: {
        counts: { language: { en: 3, ko: 4 }, sourceName: { "evil | <script>": 2 } },
        excluded: { gold: 5 },
        agreement: { subjects: 12, coefficient: 0.61, standardError: 0.1 },
      },
    },
    license: "cc-by-4.0",
    fileOf: (split) => path.join(folder, `${split}.jsonl`),
    shardRows,
  };
}
