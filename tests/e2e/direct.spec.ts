/** What an annotator's screen sends all day is answered before Next sees it (lib/http/direct.ts): alike in all that a client can tell. */
import { type APIResponse, expect, test } from "@playwright/test";
import { signInAs } from "./people";
import { openWorkshop } from "./workshop";

// Of the moment, or of how the server writes it down.
const INSTANTS = /"\d{4}-\d\d-\d\dT[\d:.]+Z"/g;
const OWN_HEADERS = new Set([
  ...["date", "x-request-id", "connection", "keep-alive", "content-length", "transfer-encoding", "vary"],
]);

async function toldBy(response: APIResponse) {
  const headers = Object.entries(response.headers()).filter(([name]) => !OWN_HEADERS.has(name));
  const { requestId, ...body } = JSON.parse((await response.text()).replace(INSTANTS, '"a moment"') || "{}");
  expect(requestId === undefined || requestId === response.headers()["x-request-id"]).toBe(true);
  return { status: response.status(), headers: Object.fromEntries(headers.sort()), body };
}

test("leasing, keeping and judging answer alike, directly and by Next's way", async ({ browser }) => {
  const workshop = await openWorkshop(browser, { pairs: 2 });
  const page = await (await browser.newContext()).newPage();
  await signInAs(page, workshop.people[0]!);
  const { origin } = new URL(page.url());
  const send = async (path: string, data?: string, headers: Record<string, string> = {}, method = "POST") => {
    const options = { method, data, headers: { origin, "content-type": "application/json", ...headers } };
    const direct = await page.request.fetch(`/api/v1${path}`, options);
    // Next writes this header on every answer of a route; a query leads past the direct way.
    expect(direct.headers()).not.toHaveProperty("vary");
    const byNext = await page.request.fetch(`/api/v1${path}?by=next`, options);
    expect(byNext.headers()).toHaveProperty("vary");
    const told = await toldBy(direct);
    expect(await toldBy(byNext)).toEqual(told);
    return told;
  };
  const lease = JSON.stringify({ projectId: workshop.projectId, resume: true });
  const stranger = JSON.stringify({ projectId: crypto.randomUUID(), resume: true });
  expect(await send("/assignments", stranger)).toMatchObject({ status: 404 });
  expect(await send("/assignments", "{")).toMatchObject({ status: 422 });
  expect(await send("/assignments", JSON.stringify({ note: "x".repeat(1_100_000) }))).toMatchObject({ status: 413 });
  expect(await send("/assignments", lease, { origin: "https://elsewhere.example" })).toMatchObject({ status: 403 });
  expect(await send("/assignments", lease, { authorization: "Bearer none" })).toMatchObject({ status: 401 });
  expect(await send("/assignments", lease, { cookie: "" })).toMatchObject({ status: 401 });

  const first = await send("/assignments", lease);
  expect(first).toMatchObject({ status: 201, headers: { "cache-control": "no-store", "x-frame-options": "DENY" } });
  const { assignmentId } = first.body;

  const ofStranger = `/assignments/${crypto.randomUUID()}`;
  const kept = await send(`/assignments/${assignmentId}/draft`, JSON.stringify({ rationale: "왜냐하면" }), {}, "PUT");
  expect(kept).toMatchObject({ status: 200, body: { savedAt: "a moment" } });
  expect(await send(`${ofStranger}/draft`, "{}", {}, "PUT")).toMatchObject({ status: 404 });
  expect(await send("/assignments/none-such/draft", "{}", {}, "PUT")).toMatchObject({ status: 404 });
  expect(await send(`/assignments/${assignmentId}/draft`, "[]", {}, "PUT")).toMatchObject({ status: 422 });
  expect(await send(`/assignments/${assignmentId}/heartbeat`)).toMatchObject({ body: { expiresAt: "a moment" } });
  expect(await send(`${ofStranger}/heartbeat`)).toMatchObject({ status: 404 });
  expect((await send("/assignments", lease)).body.draft).toEqual({ rationale: "왜냐하면" });

  const verdict = { assignmentId, preferred: "a", strength: "better", tags: [], durationMs: 900 };
  expect(await send("/comparisons", JSON.stringify(verdict))).toMatchObject({ status: 422 });
  const judged = await send("/comparisons", JSON.stringify(verdict), { "idempotency-key": "judged-directly" });
  expect(judged).toMatchObject({ status: 201, body: { assignmentId } });
  await page.context().close();
});
