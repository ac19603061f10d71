/**
 * How long the annotator looks at the old item: from the end of the 400 ms in which a judgement can be called back (the browser's own
 * mark "pairwright:confirmed") to the frame after the next item is in the document. The next item is leased ahead, as always.
 */
import type { Page } from "@playwright/test";

declare global {
  interface Window {
    /** Milliseconds per judgement, in order. */
    pairwrightSwaps?: number[];
  }
}

/** Runs in the page. The message after the frame callback arrives once the frame is painted. */
function watchSwaps(): void {
  const swaps: number[] = [];
  window.pairwrightSwaps = swaps;
  const question = () => document.querySelector('[aria-label="Turn to be answered"]')?.textContent;
  let shown = question();
  let counted = -1;
  new MutationObserver(() => {
    const now = question();
    const mark = performance.getEntriesByName("pairwright:confirmed").at(-1);
    if (!mark || !now || now === shown || mark.startTime === counted) return;
    shown = now;
    counted = mark.startTime;
    requestAnimationFrame(() => {
      const painted = new MessageChannel();
      painted.port1.onmessage = () => swaps.push(performance.now() - mark.startTime);
      painted.port2.postMessage(null);
    });
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}

const QUIET_MS = 300;

/** Resolves once no request has been under way for a moment. */
function watchRequests(page: Page): () => Promise<void> {
  let running = 0;
  let since = Date.now();
  const change = (by: number) => () => {
    running += by;
    since = Date.now();
  };
  page.on("request", change(1));
  page.on("requestfinished", change(-1));
  page.on("requestfailed", change(-1));
  return async () => {
    while (running > 0 || Date.now() - since < QUIET_MS) await new Promise((resolve) => setTimeout(resolve, 20));
  };
}

/** Judges `count` items by keyboard and returns the time of each swap, milliseconds. */
export async function measureSwaps(page: Page, count: number): Promise<number[]> {
  const submit = page.locator('button[aria-keyshortcuts="Enter"]:enabled');
  await submit.waitFor();
  // The loader that runs this file names its functions by a helper that the page does not have.
  await page.evaluate("globalThis.__name ??= (value) => value");
  await page.evaluate(watchSwaps);
  const quiet = watchRequests(page);
  for (let n = 1; n <= count; n += 1) {
    await submit.waitFor();
    // A person reads before judging; by then the next item is leased ahead and the last judgement stored.
    await quiet();
    await page.keyboard.press(String(1 + (n % 8)));
    await page.keyboard.press("Enter");
    await page.waitForFunction((wanted) => (window.pairwrightSwaps?.length ?? 0) >= wanted, n, { timeout: 10_000 });
  }
  return page.evaluate(() => window.pairwrightSwaps ?? []);
}
