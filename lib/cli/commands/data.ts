/** import, snapshot, export. */
import { createWriteStream } from "node:fs";
import { access, rename, rm } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Command, Option } from "commander";
import { EXPORT_FORMATS, type ExportFormat } from "@/lib/contracts/snapshots";
import { DomainError } from "@/lib/errors";
import { exportSnapshot } from "@/lib/services/export/export";
import { IMPORT_FORMATS, type ImportFormat } from "@/lib/services/import/formats";
import { importFile } from "@/lib/services/import/run";
import { importUpload } from "@/lib/services/import/upload";
import { freezeSnapshot } from "@/lib/services/snapshots/freeze";
import { listSnapshots } from "@/lib/services/snapshots/read";
import type { Task } from "@/trainer/format/pair";
import type { Split } from "@/trainer/format/snapshot";
import * as options from "../options";
import { findProject, print, run } from "../session";

interface ImportOptions {
  project?: string;
  format: ImportFormat | "auto";
  task?: Task;
  campaign?: string;
  source?: string;
}

async function importCommand(file: string, given: ImportOptions): Promise<void> {
  await run(async ({ context }) => {
    const projectId = await findProject(context, given.project);
    const sourceName = given.source ?? (file === "-" ? "standard input" : path.basename(file));
    const input = { projectId, format: given.format, task: given.task, campaignId: given.campaign, sourceName };
    if (file !== "-")
      await access(file).catch(() => {
        throw new DomainError("not_found", `${file}: no such file, or it cannot be read`);
      });
    const report =
      file === "-" ? await importUpload(context, input, process.stdin) : await importFile(context, input, file);
    print(`read ${report.rows} rows (${report.format})`);
    print(`stored ${report.comparisons} comparisons, ${report.items} open items, ${report.prompts} prompts`);
    if (report.skipped > 0) print(`skipped ${report.skipped}:`);
    for (const { line, reason } of report.skippedLines.slice(0, 10)) print(`  line ${line}: ${reason}`);
    if (report.skipped > 10) print(`  and ${report.skipped - 10} more`);
  });
}

async function snapshotCommand(given: { project?: string; name?: string; list?: boolean }): Promise<void> {
  await run(async ({ context }) => {
    const projectId = await findProject(context, given.project);
    if (given.list) {
      const { rows } = await listSnapshots(context, { projectId, limit: 100 });
      for (const { id, name, createdAt, manifest } of rows)
        print(
          `${id}  ${createdAt}  train ${manifest.files.train.rows}, held out ${manifest.files.heldout.rows}  ${name}`,
        );
      return;
    }
    const name = given.name ?? `snapshot ${new Date().toISOString().slice(0, 16)}`;
    const { id, manifest, manifestSha256 } = await freezeSnapshot(context, { projectId, name });
    const { train, heldout } = manifest.files;
    print(`snapshot ${id}`);
    print(
      `train ${train.rows} pairs (sha256 ${train.sha256.slice(0, 12)}), held out ${heldout.rows} (sha256 ${heldout.sha256.slice(0, 12)})`,
    );
    print(`manifest sha256 ${manifestSha256}`);
  });
}

async function exportCommand(id: string, given: { format: ExportFormat; split: Split; out?: string }): Promise<void> {
  await run(async ({ context }) => {
    const file = await exportSnapshot(context, { id, format: given.format, split: given.split });
    if (given.out === "-") return pipeline(Readable.from(file.bytes), process.stdout, { end: false });
    const target = given.out ?? file.fileName;
    const partial = `${target}.partial`;
    try {
      await pipeline(Readable.from(file.bytes), createWriteStream(partial));
      await rename(partial, target);
    } finally {
      await rm(partial, { force: true });
    }
    print(`wrote ${file.rows} pairs to ${target}`);
  });
}

export function addDataCommands(program: Command): void {
  program
    .command("import")
    .description("import pairs or prompts from a file, plain or gzip; all or nothing")
    .argument("<file>", 'the file, or "-" for standard input')
    .addOption(options.project())
    .addOption(
      new Option("-f, --format <format>", "what the rows are").choices(["auto", ...IMPORT_FORMATS]).default("auto"),
    )
    .addOption(options.task("for rows that do not say their task"))
    .option("-c, --campaign <id>", "where pairs without a verdict go")
    .option("-s, --source <name>", "name of the set (default: the file's name)")
    .action(importCommand);
  program
    .command("snapshot")
    .description("freeze the usable comparisons into a hashed data set")
    .addOption(options.project())
    .option("-n, --name <name>", "a name for people")
    .option("-l, --list", "list the snapshots instead")
    .action(snapshotCommand);
  program
    .command("export")
    .description("write one split of a snapshot to a file")
    .argument("<snapshot>", "id of the snapshot")
    .addOption(new Option("-f, --format <format>", "format of the file").choices(EXPORT_FORMATS).default("jsonl"))
    .addOption(new Option("--split <split>", "which pairs").choices(["train", "heldout"]).default("train"))
    .option("-o, --out <file>", 'where to write ("-" = standard output; default: a name made of the id)')
    .action(exportCommand);
}
