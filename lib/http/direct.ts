/**
 * Routes that are answered without Next: leasing and judging, which are nearly all of a working day's requests. Next's way to a route
 * handler (its router, a Request, a Response and four streams) took two thirds of the web process's time or more
 * (docs/decisions/0012). The web server's preload direct-requests.mjs looks here; where it is absent, Next answers
 * with the very same function.
 */
import type { Answer } from "./answer";
import type { Incoming } from "./route";

export interface DirectRoute {
  /** Method and path, as in "POST /api/v1/assignments". */
  request: string;
  answer: (request: Incoming) => Promise<Answer>;
}

const holder = globalThis as typeof globalThis & { pairwrightDirect?: Map<string, DirectRoute["answer"]> };

export function offerDirectly(routes: readonly DirectRoute[]): void {
  holder.pairwrightDirect = new Map(routes.map(({ request, answer }) => [request, answer]));
}
