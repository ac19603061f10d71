/** What a page costs before it can be used: the scripts and styles that its HTML loads, compressed as servers send them. */
import { gzipSync } from "node:zlib";
import type { APIRequestContext, Page, Response } from "@playwright/test";

export interface PageWeight {
  page: string;
  scripts: number;
  /** Sum over the scripts, each compressed by itself. */
  scriptsGzipBytes: number;
  scriptsBytes: number;
  stylesGzipBytes: number;
  htmlGzipBytes: number;
}

/** Goal of issue 5 for the page on which annotators work. */
export const ANNOTATE_SCRIPTS_GZIP_BYTES_MAX = 200_000;

const SCRIPTS =
  /<script[^>]*\ssrc="([^"]+)"[^>]*>|<link[^>]*\srel="(?:module)?preload"[^>]*\sas="script"[^>]*\shref="([^"]+)"/g;
const STYLES = /<link[^>]*\srel="stylesheet"[^>]*\shref="([^"]+)"/g;

const gzipBytes = (body: Buffer): number => gzipSync(body, { level: 9 }).length;

function addresses(html: string, pattern: RegExp): string[] {
  const found = [...html.matchAll(pattern)]
    // Browsers that know modules, all that are supported, leave these out.
    .filter(([tag]) => !/\snomodule\b/i.test(tag))
    .map((match) => (match[1] ?? match[2] ?? "").replaceAll("&amp;", "&"));
  return [...new Set(found)];
}

/** Asks for the page with the session of `request`. */
export async function weighPage(request: APIRequestContext, page: string): Promise<PageWeight> {
  const read = async (address: string): Promise<Buffer> => {
    const answer = await request.get(address);
    if (!answer.ok()) throw new Error(`${address}: HTTP ${answer.status()}`);
    return answer.body();
  };
  const html = await read(page);
  const text = html.toString("utf8");
  const scripts = await Promise.all(addresses(text, SCRIPTS).map(read));
  const styles = await Promise.all(addresses(text, STYLES).map(read));
  if (scripts.length === 0) throw new Error(`${page}: no script found in the HTML`);
  const sum = (bodies: Buffer[], size: (body: Buffer) => number) =>
    bodies.reduce((total, body) => total + size(body), 0);
  return {
    page,
    scripts: scripts.length,
    scriptsGzipBytes: sum(scripts, gzipBytes),
    scriptsBytes: sum(scripts, (body) => body.length),
    stylesGzipBytes: sum(styles, gzipBytes),
    htmlGzipBytes: gzipBytes(html),
  };
}

/** All scripts that a browser without a cache fetches until `ready` has come, also those that scripts ask for; gzip bytes. */
export async function scriptsUntil(page: Page, address: string, ready: () => Promise<unknown>): Promise<number> {
  const scripts: Promise<Buffer>[] = [];
  const onResponse = (response: Response) => {
    if (response.request().resourceType() === "script") scripts.push(response.body());
  };
  page.on("response", onResponse);
  await page.goto(address);
  await ready();
  page.off("response", onResponse);
  return (await Promise.all(scripts)).reduce((total, body) => total + gzipBytes(body), 0);
}
