/** What every screen owes to everybody. Each check names the rule, the element and the page that break it. */
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** WCAG 2.2 level AA, as far as axe can tell. */
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

export const PHONE = { width: 360, height: 780 };
/** A window of 1280 x 800 at 200%. */
export const ZOOMED = { width: 640, height: 400 };

const placeOf = (page: Page): string => {
  const { pathname, search } = new URL(page.url());
  return pathname + search;
};

export async function barriers(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, html }) => `${id}: ${target.join(" ")} on ${placeOf(page)}: ${html.slice(0, 160)}`),
  );
}

export async function expectAccessible(page: Page): Promise<void> {
  expect(await barriers(page)).toEqual([]);
}

/** Empty where the page scrolls upwards and downwards only; else what reaches over its right edge. */
export async function overflows(page: Page, size: { width: number; height: number }): Promise<string[]> {
  const before = page.viewportSize();
  await page.setViewportSize(size);
  const found = await page.evaluate(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const wide = [...document.body.querySelectorAll("*")].filter(
      (element) => element.getBoundingClientRect().right > root.clientWidth + 1,
    );
    const innermost = wide.filter((element) => !wide.some((other) => other !== element && element.contains(other)));
    return [`${root.scrollWidth} px`, ...innermost.slice(0, 3).map(({ outerHTML }) => outerHTML.slice(0, 160))];
  });
  if (before) await page.setViewportSize(before);
  return found.length === 0 ? [] : [`wider than ${size.width} px on ${placeOf(page)}: ${found.join(" | ")}`];
}

export async function expectFitsPhone(page: Page): Promise<void> {
  expect(await overflows(page, PHONE)).toEqual([]);
}

/** Whether the focused element shows that it has the focus. */
export const focusRing = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(document.activeElement as Element);
    return (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
  });

/** Elements among the first that Tab reaches whose focus cannot be seen. */
export async function hiddenFocus(page: Page, stops: number): Promise<string[]> {
  const hidden: string[] = [];
  for (let pressed = 0; pressed < stops; pressed += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(() => document.activeElement === document.body)) return hidden;
    if (await focusRing(page)) continue;
    const html = await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 160));
    hidden.push(`focus cannot be seen on ${placeOf(page)}: ${html}`);
  }
  return hidden;
}

/** What moves or fades although less motion is asked for. */
export async function moving(page: Page): Promise<string[]> {
  const found = await page.evaluate(() => {
    const seconds = (text: string) => Math.max(...text.split(",").map((part) => Number.parseFloat(part) || 0));
    return [...document.querySelectorAll("*")]
      .filter((element) => {
        const { animationName, animationDuration, transitionDuration } = getComputedStyle(element);
        return (animationName !== "none" && seconds(animationDuration) > 0.05) || seconds(transitionDuration) > 0.05;
      })
      .map((element) => element.outerHTML.slice(0, 160));
  });
  return found.map((html) => `moves on ${placeOf(page)}: ${html}`);
}

/** A screen reader finds its way by one main region and one heading of the page; headings in a text that people wrote are the text's own. */
export async function landmarks(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const selector of ["main:visible", "h1:not(.prose-answer h1):visible"]) {
    const count = await page.locator(selector).count();
    if (count !== 1) found.push(`${count} of ${selector} on ${placeOf(page)}`);
  }
  return found;
}
