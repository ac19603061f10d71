/** Result lines to Markdown. Pure. */

export type Line = Record<string, unknown>;

/** Errors name the file and line. */
export function parseLines(text: string, file: string): Line[] {
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    try {
      return [JSON.parse(line) as Line];
    } catch (cause) {
      throw new Error(`${file}:${index + 1}: not JSON: ${(cause as Error).message}`);
    }
  });
}

const KEYS = ["case", "size", "ours", "peer", "tokensPerMicroBatch"] as const;
const keyOf = (line: Line) => KEYS.map((key) => String(line[key] ?? "")).join(" ");

/** The last of the lines about the same thing, in order of first appearance. */
export function latest(lines: readonly Line[]): Line[] {
  const found = new Map<string, Line>();
  for (const line of lines) if (typeof line.case === "string") found.set(keyOf(line), line);
  return [...found.values()];
}

const number = (value: unknown) => (typeof value === "number" ? String(value) : "–");
const times = (value: unknown) => (typeof value === "number" ? `${value.toFixed(2)}×` : "–");
const share = (value: unknown) => (typeof value === "number" ? `${(100 * value).toFixed(0)}%` : "–");
const part = (line: Line, field: string, key: string) => (line[field] as Line | undefined)?.[key];

function reached(line: Line): string {
  if (typeof line.goal !== "number" || typeof line.ratio !== "number") return "–";
  return `${line.goal}× ${line.ratio >= line.goal ? "reached" : "missed"}`;
}

/** A row that was taken while other work had the cores says so. */
const noise = (line: Line) => (line.disturbed === true ? `disturbed (${share(line.foreignShareLargest)})` : "quiet");

interface Column {
  title: string;
  cell: (line: Line) => string;
}

const comparisonColumns: Column[] = [
  { title: "model", cell: (line) => String(line.size) },
  { title: "ours", cell: (line) => String(line.ours) },
  { title: "peer", cell: (line) => String(line.peer) },
  { title: "ours /s", cell: (line) => number(line.oursPerSecond) },
  { title: "peer /s", cell: (line) => number(line.peerPerSecond) },
  { title: "ratio", cell: (line) => times(line.ratio) },
  { title: "goal", cell: reached },
  {
    title: "peak MiB ours / peer",
    cell: (line) => `${number(part(line, "peakRssMib", "ours"))} / ${number(part(line, "peakRssMib", "peer"))}`,
  },
  { title: "runs", cell: (line) => `${number(line.rounds)}, ${noise(line)}` },
];

const agreement = (field: "losses" | "rewards", title: string): Column => ({
  title,
  cell: (line) => number(part(line, field, "largestDifference")),
});

const accuracyOf = (line: Line, side: string) => {
  const found = part(line, "accuracy", side) as Line | undefined;
  return `${number(found?.accuracy)} [${number(found?.low)}, ${number(found?.high)}]`;
};

const TABLES: { cases: string[]; title: string; columns: Column[] }[] = [
  {
    cases: ["train"],
    title: "Training (pairs a second)",
    columns: [...comparisonColumns, agreement("losses", "largest difference of the steps' losses")],
  },
  {
    cases: ["accuracy"],
    title: "Held-out accuracy after one epoch",
    columns: [
      { title: "model", cell: (line) => String(line.size) },
      { title: "ours", cell: (line) => `${line.ours}: ${accuracyOf(line, "ours")}` },
      { title: "peer", cell: (line) => `${line.peer}: ${accuracyOf(line, "peer")}` },
      { title: "pairs, held out", cell: (line) => `${number(line.pairs)}, ${number(line.heldout)}` },
      { title: "speed", cell: (line) => times(line.ratio) },
      { title: "inside the peer's interval", cell: (line) => (line.insidePeersInterval === true ? "yes" : "no") },
    ],
  },
  {
    cases: ["score", "candidates"],
    title: "Scoring (pairs, and candidates of one prompt, a second)",
    columns: [
      { title: "case", cell: (line) => String(line.case) },
      ...comparisonColumns,
      agreement("rewards", "largest difference of rewards"),
    ],
  },
  {
    cases: ["generate"],
    title: "Generation (tokens a second)",
    columns: [...comparisonColumns, { title: "llama.cpp, 4 bits", cell: (line) => number(line.llamaCppPerSecond) }],
  },
  {
    cases: ["rss"],
    title: "Memory over a long run",
    columns: [
      { title: "model", cell: (line) => String(line.size) },
      { title: "ours", cell: (line) => String(line.ours) },
      { title: "steps", cell: (line) => number(line.steps) },
      {
        title: "resident MiB by step",
        cell: (line) =>
          Object.entries(line.rssMib as Line)
            .map(([step, mib]) => `${step}: ${mib}`)
            .join(", "),
      },
      {
        title: "growth",
        cell: (line) => (typeof line.growth === "number" ? `${(100 * line.growth).toFixed(2)}%` : "–"),
      },
    ],
  },
  {
    cases: ["size"],
    title: "Cost against size",
    columns: [
      { title: "model", cell: (line) => String(line.size) },
      { title: "ours", cell: (line) => String(line.ours) },
      { title: "tokens a micro-batch", cell: (line) => number(line.tokensPerMicroBatch) },
      { title: "pairs/s", cell: (line) => number(line.oursPerSecond) },
      { title: "packed tokens/s", cell: (line) => number(line.packedTokensPerSecond) },
      { title: "GFLOP/s", cell: (line) => number(line.modelGflops) },
      { title: "peak GFLOP/s", cell: (line) => number(line.peakGflops) },
      { title: "MFU", cell: (line) => share(line.mfu) },
      { title: "peak MiB", cell: (line) => number(line.peakRssMib) },
      { title: "run", cell: noise },
    ],
  },
  { cases: ["gpu"], title: "On a GPU (pairs a second)", columns: comparisonColumns },
  {
    cases: ["gpu-alone"],
    title: "On a GPU, share of the peak",
    columns: [
      { title: "model", cell: (line) => String(line.size) },
      { title: "ours", cell: (line) => String(line.ours) },
      { title: "pairs/s", cell: (line) => number(line.oursPerSecond) },
      { title: "TFLOP/s", cell: (line) => number(line.modelTflops) },
      { title: "peak TFLOP/s", cell: (line) => number(line.peakTflops) },
      { title: "MFU", cell: (line) => share(line.mfu) },
    ],
  },
];

function table(columns: readonly Column[], lines: readonly Line[]): string {
  const row = (cells: string[]) => `| ${cells.join(" | ")} |`;
  const rows = lines.map((line) => row(columns.map(({ cell }) => cell(line))));
  return [row(columns.map(({ title }) => title)), row(columns.map(() => "---")), ...rows].join("\n");
}

/** The machines that the lines were taken on, each once. */
function machines(lines: readonly Line[]): string[] {
  const texts = lines
    .filter(({ machine }) => typeof machine === "string")
    .map((line) => {
      const versions = Object.entries((line.versions as Line | undefined) ?? {}).map(
        ([name, version]) => `${name} ${version}`,
      );
      const parts = [
        `${line.machine}, ${line.cores} cores, ${line.threads} threads, ${line.memoryGib} GiB`,
        `Node ${line.node}`,
      ];
      if (typeof line.gpu === "string") parts.push(line.gpu);
      return `Machine: ${[...parts, ...versions].join(", ")}.`;
    });
  return [...new Set(texts)];
}

export function renderTables(lines: readonly Line[]): string {
  const kept = latest(lines);
  const sections = TABLES.flatMap(({ cases, title, columns }) => {
    const own = kept.filter((line) => cases.includes(String(line.case)));
    return own.length === 0 ? [] : [`### ${title}\n\n${table(columns, own)}`];
  });
  return [machines(lines).join("\n"), ...sections].join("\n\n");
}
