/** Python with PyTorch and transformers, where one is: PAIRWRIGHT_PYTHON names it, else `python3` is tried. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const SETTINGS = { maxBuffer: 64 << 20, timeout: 240_000 };

export interface TransformersPython {
  executable: string;
  /** For example "transformers 5.23.0, torch 2.15.0". */
  versions: string;
}

/** Null, with a plain word on the console, where one of the packages is missing. */
export async function findPython(packages: readonly string[]): Promise<TransformersPython | null> {
  const executable = process.env.PAIRWRIGHT_PYTHON || "python3";
  const versions = packages.map((name) => `'${name} ' + ${name}.__version__`).join(", ");
  const script = `import ${packages.join(", ")}; print(${versions}, sep=', ')`;
  try {
    const { stdout } = await run(executable, ["-c", script], SETTINGS);
    return { executable, versions: stdout.trim() };
  } catch (cause) {
    const lines = String((cause as { stderr?: string }).stderr || (cause as Error).message)
      .trim()
      .split("\n");
    console.warn(
      `SKIPPED: ${executable} lacks ${packages.join(", ")} to compare with (${lines.at(-1)}); PAIRWRIGHT_PYTHON can name one that has`,
    );
    return null;
  }
}

export const findTransformers = () => findPython(["transformers", "torch"]);

/** Runs a script and parses what it prints as JSON. Fails with the script's last words. */
export async function runPython(python: TransformersPython, script: string, args: string[]): Promise<unknown> {
  const { stdout } = await run(python.executable, [script, ...args], SETTINGS).catch((cause: { stderr?: string }) => {
    throw new Error(
      `${script}: ${String(cause.stderr ?? cause)
        .trim()
        .split("\n")
        .slice(-8)
        .join("\n")}`,
    );
  });
  return JSON.parse(stdout);
}
