import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { byteTokenizerFiles } from "../data/byte-tokenizer";
import { writeDirectoryAtomic, writeFileAtomic, writeFully } from "./atomic-file";
import { CheckpointError, saveLanguageModelDirectory } from "./checkpoint-directory";
import { drawTensors } from "./model/parameters";
import { type ModelConfig, PLAIN_LLAMA } from "./model-config";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "atomic-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const failure = (code: string): Error => Object.assign(new Error(`${code}: write`), { code });
const text = (content: string) => Buffer.from(content, "utf8");

describe("a write that fails midway", () => {
  it("names the file and the reason, keeps the old content, and leaves nothing else", async () => {
    const file = path.join(root, "one", "state.json");
    await writeFileAtomic(file, (handle) => writeFully(handle, text("old")));
    const writing = writeFileAtomic(file, async (handle) => {
      await writeFully(handle, text("half of the new"));
      throw failure("ENOSPC");
    });
    await expect(writing).rejects.toThrow(
      new CheckpointError(file, null, "cannot be written: no space is left on the device (ENOSPC)"),
    );
    expect(await readFile(file, "utf8")).toBe("old");
    expect(await readdir(path.dirname(file))).toEqual(["state.json"]);
  });

  it("keeps the old directory as a whole, and names the file under the directory's own name", async () => {
    const directory = path.join(root, "two", "model");
    const fill = (content: string, code?: string) => (temporary: string) =>
      writeFileAtomic(path.join(temporary, "weights"), async (handle) => {
        await writeFully(handle, text(content));
        if (code !== undefined) throw failure(code);
      });
    await writeDirectoryAtomic(directory, fill("old"));
    await expect(writeDirectoryAtomic(directory, fill("new", "EDQUOT"))).rejects.toThrow(
      `${path.join(directory, "weights")}: cannot be written: the disk quota is used up (EDQUOT)`,
    );
    expect(await readFile(path.join(directory, "weights"), "utf8")).toBe("old");
    expect(await readdir(path.dirname(directory))).toEqual(["model"]);
  });

  it("names a path that leads through a file", async () => {
    await writeFile(path.join(root, "plain"), "");
    const file = path.join(root, "plain", "state.json");
    await expect(writeFileAtomic(file, async () => undefined)).rejects.toThrow(
      /state\.json: cannot be written: .*(ENOTDIR|EEXIST)/,
    );
  });
});

const CONFIG: ModelConfig = {
  ...PLAIN_LLAMA,
  architecture: "LlamaForCausalLM",
  vocabSize: 261,
  hiddenSize: 32,
  intermediateSize: 64,
  layerCount: 1,
  headCount: 2,
  keyValueHeadCount: 1,
  headDim: 16,
  ropeTheta: 10_000,
  rmsNormEpsilon: 1e-5,
  tiedEmbeddings: true,
  padTokenId: 0,
  bosTokenId: 1,
  eosTokenId: 2,
  positionsMax: 64,
};

/** A real small file system, which only root may make; elsewhere the failures above, put in by hand, have to do. */
const mounts: string[] = [];
function mountTmpfs(options: string): string | null {
  const place = execFileSync("mktemp", ["-d", path.join(tmpdir(), "small-disk-XXXXXX")], { encoding: "utf8" }).trim();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", place], { stdio: "ignore" });
  } catch {
    return null;
  }
  mounts.push(place);
  return place;
}
const canMount = process.platform === "linux" && process.getuid?.() === 0 && mountTmpfs("size=4k") !== null;
const unmountAll = () => {
  for (const place of mounts.splice(0)) execFileSync("umount", ["-l", place]);
};
afterEach(unmountAll);
afterAll(unmountAll);

describe.runIf(canMount)("on a real small disk", () => {
  it("keeps the last good model when the disk is full, and leaves no temporary folder", async () => {
    const disk = mountTmpfs("size=200k") as string;
    const directory = path.join(disk, "model");
    const tensors = drawTensors(CONFIG, "language-model", 1);
    await saveLanguageModelDirectory(directory, CONFIG, tensors, byteTokenizerFiles());
    const before = await readFile(path.join(directory, "model.safetensors"));
    const again = saveLanguageModelDirectory(
      directory,
      CONFIG,
      drawTensors(CONFIG, "language-model", 2),
      new Map([...byteTokenizerFiles(), ["notes.txt", "x".repeat(200_000)]]),
    );
    await expect(again).rejects.toThrow(
      /model\/(model\.safetensors|notes\.txt): cannot be written: no space is left on the device/,
    );
    expect(await readFile(path.join(directory, "model.safetensors"))).toEqual(before);
    expect(await readdir(disk)).toEqual(["model"]);
  });

  it("says that a folder is read-only", async () => {
    const disk = mountTmpfs("size=64k") as string;
    await mkdir(path.join(disk, "runs"));
    execFileSync("mount", ["-o", "remount,ro", disk]);
    const directory = path.join(disk, "runs", "model");
    await expect(
      saveLanguageModelDirectory(directory, CONFIG, drawTensors(CONFIG, "language-model", 1), byteTokenizerFiles()),
    ).rejects.toThrow(`${directory}: cannot be written: the file system is read-only (EROFS)`);
  });
});
