import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";

const COMMANDS = [
  "import",
  "export",
  "snapshot",
  "train",
  "evaluate",
  "sample",
  "round",
  "user",
  "token",
  "audit",
  "project",
];

test("lists every command, whatever folder it is called from", () => {
  const program = path.resolve(import.meta.dirname, "pairwright.mjs");
  const help = execFileSync(process.execPath, [program, "--help"], { cwd: tmpdir(), encoding: "utf8" });
  for (const command of COMMANDS) expect(help).toMatch(new RegExp(`^ {2}${command}\\b`, "m"));
});
