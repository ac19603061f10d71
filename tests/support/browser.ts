/** Finds a Chrome for the browser tests: CHROME_BIN, then one of the system, then @sparticuz/chromium from npm. */
import { accessSync, constants } from "node:fs";
import path from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];
const MAC = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

export interface Browser {
  executablePath: string;
  args: string[];
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function systemChrome(): string | undefined {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter(Boolean);
  const candidates = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return [...candidates, ...MAC].find(isExecutable);
}

/** Chrome's own sandbox does not work for root or in most containers; the tests visit only our own server. */
const COMMON = ["--no-sandbox", "--disable-dev-shm-usage"];

export async function findBrowser(): Promise<Browser> {
  const given = process.env.CHROME_BIN;
  if (given) {
    if (!isExecutable(given)) throw new Error(`CHROME_BIN: ${given} is not a program that can be run`);
    return { executablePath: given, args: COMMON };
  }
  const system = systemChrome();
  if (system) return { executablePath: system, args: COMMON };
  // On a bare machine the shared libraries are missing too; with these set the package unpacks its own before it starts.
  process.env.AWS_LAMBDA_JS_RUNTIME ??= "nodejs20.x";
  process.env.AWS_EXECUTION_ENV ??= "AWS_Lambda_nodejs20.x";
  const { default: chromium } = await import("@sparticuz/chromium");
  // It brings its own args (--no-sandbox, --headless=shell).
  return { executablePath: await chromium.executablePath(), args: chromium.args };
}
