/**
 * `npm run bench:tables -- FILE... [--write docs/benchmarks.md]`: tables from result lines. Of lines about the same thing the latest
 * counts. With --write the text between the page's two marks is replaced.
 */
import { readFile, writeFile } from "node:fs/promises";
import { Command } from "commander";
import { type Line, parseLines, renderTables } from "./render";

export const MARKS = { begin: "<!-- bench:tables -->", end: "<!-- /bench:tables -->" } as const;

const program = new Command("bench:tables")
  .description("Markdown tables from the lines of bench:trainer and bench:gpu.")
  .argument("<files...>", "JSON lines")
  .option("--write <page>", "put the tables between the page's marks")
  .parse();
const lines: Line[] = [];
for (const file of program.args) lines.push(...parseLines(await readFile(file, "utf8"), file));
const text = renderTables(lines);
const { write } = program.opts<{ write?: string }>();
if (write === undefined) process.stdout.write(`${text}\n`);
else {
  const page = await readFile(write, "utf8");
  const [begin, end] = [page.indexOf(MARKS.begin), page.indexOf(MARKS.end)];
  if (begin < 0 || end < begin) throw new Error(`${write} lacks the marks ${MARKS.begin} and ${MARKS.end}`);
  await writeFile(write, `${page.slice(0, begin + MARKS.begin.length)}\n${text}\n${page.slice(end)}`);
}
