import { randomInt } from "node:crypto";
import { tmpdir } from "node:os";
import path from "node:path";
import { defineConfig } from "@playwright/test";
import { findBrowser } from "./tests/support/browser";

// The workers load this file again and inherit what the first load chose. Specs find the demo logins in <home>/demo-logins.json.
process.env.PAIRWRIGHT_E2E_PORT ??= String(randomInt(20_000, 32_000));
process.env.PAIRWRIGHT_E2E_HOME ??= path.join(tmpdir(), `pairwright-e2e-${process.pid}`);

export default defineConfig({
  testDir: "tests/e2e",
  globalSetup: "./tests/support/e2e-server.ts",
  // One server and its one demo project: the journeys run one after another.
  workers: 1,
  fullyParallel: false,
  // On a loaded machine of others; what passed at the second attempt only is named in the summary (tests/support/run-all.mjs).
  retries: process.env.CI ? 1 : 0,
  forbidOnly: true,
  timeout: 120_000,
  reporter: "list",
  outputDir: "test-results",
  use: {
    baseURL: `http://127.0.0.1:${process.env.PAIRWRIGHT_E2E_PORT}`,
    launchOptions: await findBrowser(),
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
  },
});
