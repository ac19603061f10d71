/** The card of a data set: YAML front matter that the hub and `datasets` read, and a description made from the snapshot's datasheet. */
import { z } from "zod";
import { SPLITS } from "@/trainer/format/manifest";
import type { DatasetInput } from "./dataset";

interface CardColumn {
  name: string;
  feature: "messages" | "string" | "strings" | "float64" | "int32" | "bool";
}

const countsSchema = z.record(z.string(), z.number());
/** What freezing writes; an older snapshot may lack parts. */
const datasheetSchema = z.object({
  counts: z.record(z.string(), countsSchema).catch({}),
  excluded: countsSchema.catch({}),
  superseded: z.number().catch(0),
  edited: z.number().catch(0),
  bothUnacceptable: z.number().catch(0),
  agreement: z.object({ subjects: z.number(), coefficient: z.number() }).nullable().catch(null),
  policies: countsSchema.catch({}),
  guidelines: countsSchema.catch({}),
  codeVersion: z.string().catch("unknown"),
});
type Datasheet = z.infer<typeof datasheetSchema>;

/** JSON texts are YAML texts too; this keeps a name from becoming markup of the front matter. */
const yaml = (text: string): string => JSON.stringify(text);

const SIZES: [number, string][] = [
  [1000, "n<1K"],
  [10_000, "1K<n<10K"],
  [100_000, "10K<n<100K"],
  [1_000_000, "100K<n<1M"],
  [10_000_000, "1M<n<10M"],
];
export const sizeCategory = (rows: number): string => SIZES.find(([limit]) => rows < limit)?.[1] ?? "10M<n<100M";

function featureLines({ name, feature }: CardColumn): string[] {
  if (feature === "messages")
    return [
      `  - name: ${name}`,
      "    list:",
      ...["role", "content"].flatMap((key) => [`    - name: ${key}`, "      dtype: string"]),
    ];
  if (feature === "strings") return [`  - name: ${name}`, "    sequence: string"];
  return [`  - name: ${name}`, `    dtype: ${feature}`];
}

function frontMatter(input: DatasetInput, columns: readonly CardColumn[], sheet: Datasheet): string {
  const { files } = input.manifest;
  const splits = SPLITS.filter((split) => files[split].rows > 0);
  const rows = splits.reduce((sum, split) => sum + files[split].rows, 0);
  const languages = Object.keys(sheet.counts.language ?? {}).filter((language) => /^[a-z]{2,3}$/.test(language));
  return [
    "---",
    `pretty_name: ${yaml(input.name)}`,
    `license: ${input.license}`,
    ...(languages.length > 0 ? ["language:", ...languages.map((language) => `- ${yaml(language)}`)] : []),
    "task_categories:",
    "- text-generation",
    "size_categories:",
    `- ${sizeCategory(rows)}`,
    "tags:",
    ...["preference", "rlhf", "reward-model", "trl", "pairwright"].map((tag) => `- ${tag}`),
    "configs:",
    "- config_name: default",
    "  data_files:",
    ...splits.flatMap((split) => [`  - split: ${split}`, `    path: data/${split}-*`]),
    "dataset_info:",
    "  features:",
    ...columns.flatMap(featureLines),
    "  splits:",
    ...splits.flatMap((split) => [`  - name: ${split}`, `    num_examples: ${files[split].rows}`]),
    "---",
  ].join("\n");
}

/** Text of people in a table's cell: no markup, no line break. */
const cell = (text: string): string =>
  text.replace(/[\\`*_{}[\]<>|#]/gu, (character) => `\\${character}`).replace(/\s+/gu, " ");

function countTable(title: string, counts: Record<string, number> = {}): string[] {
  const rows = Object.entries(counts).sort(([, left], [, right]) => right - left);
  if (rows.length === 0) return [];
  return [
    `### ${title}`,
    "",
    "| value | judgements |",
    "|---|---:|",
    ...rows.map(([key, count]) => `| ${cell(key)} | ${count} |`),
    "",
  ];
}

const COUNTED: [string, string][] = [
  ["task", "Task"],
  ["strength", "How much better"],
  ["safety", "Safety"],
  ["language", "Language"],
  ["source", "Source"],
  ["sourceName", "Imported set"],
  ["riskCategory", "Risk category"],
  ["attackVector", "Attack vector"],
  ["severity", "Severity, 1 to 5"],
  ["reasons", "Reasons given"],
];

function description(input: DatasetInput, sheet: Datasheet): string[] {
  const { manifest } = input;
  const { train, heldout } = manifest.files;
  const agreement = sheet.agreement
    ? [
        `Where several annotators judged the same pair (${sheet.agreement.subjects} pairs), their choice agrees with Gwet's AC1 = ${sheet.agreement.coefficient.toFixed(2)}.`,
        "",
      ]
    : [];
  return [
    `# ${cell(input.name)}`,
    "",
    "Human preferences between two answers to the same prompt, collected in the manner of Llama 2's reward data (arXiv 2307.09288, section 3.2): which answer is better, how much, and how safe each one is.",
    "",
    `| split | pairs |`,
    "|---|---:|",
    `| train | ${train.rows} |`,
    `| heldout | ${heldout.rows} |`,
    "",
    "The held-out split is chosen by the hash of the first user turn, the same for every round: **never train on it**.",
    "",
    "```python",
    "from datasets import load_dataset",
    'pairs = load_dataset("path/to/this/folder", split="train")',
    "```",
    "",
    ...agreement,
    "## Columns",
    "",
    "- `prompt`, `chosen`, `rejected`: lists of messages (`role`, `content`), as TRL's reward and DPO trainers take them.",
    "- `strength`: `significantly_better`, `better`, `slightly_better`, `negligibly_better`; empty where the source gave none. `margin` is the margin of Llama 2's table *small* for it.",
    "- `safety`: `preferred_safe`, `both_safe` or `both_unsafe`; empty where it was not judged.",
    "- `category`, `riskCategory`, `attackVector`, `severity` (1 to 5): of red-team work. `reasons`: why, in the annotator's choice of codes. `bothUnacceptable`: neither answer would do.",
    "- `task`, `source`, `language`; `meta`: JSON with the item, round, guideline version, policies and sampling parameters behind each pair, and a hash per annotator.",
    "",
    "## What is in it",
    "",
    ...COUNTED.flatMap(([name, title]) => countTable(title, sheet.counts[name])),
    ...countTable("Policies that answered", sheet.policies),
    ...countTable("Guideline versions", sheet.guidelines),
    "## What was left out",
    "",
    `Judgements replaced by a later one of the same annotator: ${sheet.superseded}. Judgements with an answer of the annotator's own, each giving two pairs more: ${sheet.edited}. Marked "both unacceptable": ${sheet.bothUnacceptable}.`,
    "",
    ...countTable("Kept out, by reason", sheet.excluded),
    "## Use with care",
    "",
    "Safety pairs can hold harmful text on purpose. Preferences are those of the annotators under the guidelines named above and of nobody else. The license above is what whoever exported the set stated.",
    "",
    "## Where it comes from",
    "",
    `Snapshot \`${input.snapshotId}\` of ${manifest.createdAt}, made by Pairwright ${sheet.codeVersion}. SHA-256 of its manifest: \`${input.manifestSha256}\`.`,
    "",
  ];
}

/** README.md as a text. */
export function datasetCard(input: DatasetInput, columns: readonly CardColumn[]): string {
  const sheet = datasheetSchema.parse(input.manifest.datasheet);
  return `${frontMatter(input, columns, sheet)}\n\n${description(input, sheet).join("\n")}`;
}
