import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, describe, expect, it } from "vitest";
import { readTensorflow } from "../tensorflow/installation";
import { findPackages } from "../webgpu/packages";
import { privateRequire } from "./private-modules";
import { installThrough } from "./staging";

const root = mkdtempSync(path.join(tmpdir(), "engine-install-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("an installation", () => {
  it("appears under its name only when all of it worked", async () => {
    const directory = path.join(root, "half", "engine");
    const failing = installThrough(directory, async (staging) => {
      writeFileSync(path.join(staging, "part"), "x");
      throw new Error("no network");
    });
    await expect(failing).rejects.toThrow("no network");
    expect(readdirSync(path.dirname(directory))).toEqual([]);
    await installThrough(directory, async (staging) => writeFileSync(path.join(staging, "whole"), "x"));
    expect(readdirSync(directory)).toEqual(["whole"]);
  });

  it("clears away what a killed installation left, and nothing that still runs", async () => {
    const directory = path.join(root, "again", "engine");
    // Process numbers end far below this one.
    const [dead, alive] = [`${directory}.installing-999999999`, `${directory}.installing-${process.ppid}`];
    for (const folder of [dead, alive, `${directory}.installing-notes`]) mkdirSync(folder, { recursive: true });
    await installThrough(directory, async () => {});
    const left = ["engine", `engine.installing-${process.ppid}`, "engine.installing-notes"];
    expect(readdirSync(path.dirname(directory)).sort()).toEqual(left.sort());
  });

  it("does not touch a folder that holds something else", async () => {
    const directory = path.join(root, "taken");
    mkdirSync(directory);
    writeFileSync(path.join(directory, "thesis.tex"), "years of work");
    await expect(installThrough(directory, async () => {})).rejects.toThrow(/taken holds something that is not/);
    expect(readFileSync(path.join(directory, "thesis.tex"), "utf8")).toBe("years of work");
  });

  it("is refused with the reason when it is damaged or of another machine", async () => {
    const directory = path.join(root, "damaged");
    mkdirSync(directory);
    const write = (content: unknown) => writeFileSync(path.join(directory, "installed.json"), JSON.stringify(content));
    expect(await readTensorflow(directory)).toMatchObject({
      usable: false,
      reason: expect.stringMatching(/not installed/),
    });
    write({ formatVersion: 7 });
    expect(await readTensorflow(directory)).toMatchObject({ reason: expect.stringMatching(/this version's format/) });
    const manifest = {
      ...{ formatVersion: 1, tensorflowVersion: "2.21.0", tfjsNodeVersion: "4.22.0", variant: "cpu" },
      ...{ platform: process.platform, architecture: process.arch, buildSeconds: 1 },
      installedAt: new Date(0).toISOString(),
    };
    write({ ...manifest, architecture: "pdp11" });
    expect(await readTensorflow(directory)).toMatchObject({ reason: expect.stringMatching(/made for \w+ pdp11/) });
    write(manifest);
    expect(await readTensorflow(directory)).toMatchObject({ reason: expect.stringMatching(/lost its tfjs_binding/) });
    expect(await findPackages(directory)).toMatchObject({ found: false, reason: expect.stringMatching(/is damaged/) });
  });
});

describe("packages in an engine's folder", () => {
  it("share this program's TensorFlow.js and nothing else", () => {
    const directory = path.join(root, "private");
    const add = (name: string, program: string) => {
      mkdirSync(path.join(directory, "node_modules", name), { recursive: true });
      writeFileSync(path.join(directory, "node_modules", name, "index.js"), program);
    };
    add("backend", 'exports.core = require("@tensorflow/tfjs"); exports.other = require("zod");');
    add("zod", "exports.own = true;");
    const backend = privateRequire(directory)("backend") as { core: typeof tf; other: { own: boolean } };
    expect(backend.core.engine()).toBe(tf.engine());
    expect(backend.core.Tensor).toBe(tf.Tensor);
    expect(backend.other.own).toBe(true);
  });
});
