/**
 * How long the annotator looks at the old item: from the end of the hold in which a judgement can be called back, counted from the
 * press of Enter that submits it, to the first frame with the next item. The next item is leased ahead, as always.
 */
import type { Page } from "@playwright/test";
import { HOLD_MS } from "../../lib/client/annotate/use-handover";

declare global {
  interface Window {
    /** Milliseconds per judgement, in order. */
    pairwrightSwaps?: number[];
  }
}

/** Runs in the page. The message after the frame callback arrives once the frame is painted. */
function watchSwaps(holdMs: number): void {
  const swaps: number[] = [];
  window.pairwrightSwaps = swaps;
  // The next item may stand there unseen, as React's Activity hides it; asking for the computed style would cost what is measured.
  const question = () =>
    [...document.querySelectorAll('[aria-label="Turn to be answered"]')].find(
      (found) => !found.closest('[style*="display: none"]'),
    )?.textContent;
  let shown = question();
  let confirmed: number | null = null;
  const onEnter = (event: KeyboardEvent) => {
    if (event.key === "Enter") confirmed = event.timeStamp + holdMs;
  };
  window.addEventListener("keydown", onEnter, { capture: true });
  new MutationObserver(() => {
    const now = question();
    const since = confirmed;
    if (since === null || !now || now === shown) return;
    shown = now;
    confirmed = null;
    requestAnimationFrame(() => {
      const painted = new MessageChannel();
      painted.port1.onmessage = () => swaps.push(performance.now() - since);
      painted.port2.postMessage(null);
    });
  }).observe(document.body, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
    attributeFilter: ["style"],
  });
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
  const submit = page.getByRole("button", { name: /^Submit/, disabled: false });
  await submit.waitFor();
  // The loader that runs this file names its functions by a helper that the page does not have.
  await page.evaluate("globalThis.__name ??= (value) => value");
  await page.evaluate(watchSwaps, HOLD_MS);
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
