/** import, snapshot, export. */
import { createWriteStream } from "node:fs";
import { access, mkdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Command, Option } from "commander";
import { EXPORT_FORMATS, type ExportFormat, licenseSchema } from "@/lib/contracts/snapshots";
import { DomainError } from "@/lib/errors";
import type { ServiceContext } from "@/lib/services/context";
import { exportDataset, exportSnapshot } from "@/lib/services/export/export";
import { importFile } from "@/lib/services/import/file";
import { IMPORT_FORMATS, type ImportFormat } from "@/lib/services/import/formats";
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

interface ExportOptions {
  format: ExportFormat;
  split: Split;
  out?: string;
  license: string;
}

async function exportCommand(id: string, given: ExportOptions): Promise<void> {
  await run(async ({ context }) => {
    const license = licenseSchema.safeParse(given.license);
    if (!license.success) throw new DomainError("invalid", `--license: ${license.error.issues[0]?.message}`);
    if (given.format === "datasets" && given.out !== "-" && !given.out?.endsWith(".zip"))
      return writeFolder(context, id, license.data, given.out);
    const file = await exportSnapshot(context, { ...given, id, license: license.data });
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

/** A folder that `datasets.load_dataset` reads; it appears under its name only once it is whole. */
async function writeFolder(context: ServiceContext, id: string, license: string, out?: string): Promise<void> {
  const { folderName, rows, entries } = await exportDataset(context, { id, license });
  const target = path.resolve(out ?? folderName);
  const partial = `${target}.partial`;
  try {
    await rm(partial, { recursive: true, force: true });
    for await (const { name, bytes } of entries) {
      const file = path.join(partial, name);
      await mkdir(path.dirname(file), { recursive: true });
      await pipeline(Readable.from(bytes), createWriteStream(file));
      print(`  ${name}`);
    }
    await rename(partial, target).catch((error: NodeJS.ErrnoException) => {
      throw new DomainError(
        "conflict",
        `${target}: ${error.code === "ENOTEMPTY" ? "there is a folder already" : error.message}`,
      );
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  print(`wrote ${rows} pairs to ${target}`);
}

export function addDataCommands(program: Command): void {
  program
    .command("import")
    .description(
      "import pairs or prompts: JSON lines (plain or gzip), Parquet, a zip or folder of Parquet; all or nothing",
    )
    .argument("<file>", 'the file or folder, or "-" for standard input')
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
    .description("write one split of a snapshot to a file, or both to the folder of a Hugging Face data set")
    .argument("<snapshot>", "id of the snapshot")
    .addOption(new Option("-f, --format <format>", "format of the file").choices(EXPORT_FORMATS).default("jsonl"))
    .addOption(new Option("--split <split>", "which pairs").choices(["train", "heldout"]).default("train"))
    .option("--license <id>", "for the card of a data set, as the hub names it", "unknown")
    .option(
      "-o, --out <file>",
      'where to write ("-" = standard output; default: a name made of the id; NAME.zip packs a data set)',
    )
    .action(exportCommand);
}
