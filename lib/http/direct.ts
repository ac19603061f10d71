/**
 * Routes that are answered without Next: leasing, judging and what a screen sends while its annotator thinks, which are nearly all of a
 * working day's requests. Next's way to a route handler (its router, a Request, a Response and four streams) took two thirds of the
 * web process's time or more (docs/decisions/0012). The web server's preload direct-requests.mjs looks here; where it is absent,
 * Next answers with the very same function.
 */
import type { Answer } from "./answer";
import type { Incoming } from "./route";

type Params = Record<string, string>;

export interface DirectRoute {
  /** Method and path, as in "PUT /api/v1/assignments/{assignmentId}/draft". */
  request: string;
  answer: (request: Incoming, params: Params) => Promise<Answer>;
}

/** What answers a request, given as method and path, if anything here does. */
export type FindDirect = (request: string) => ((request: Incoming) => Promise<Answer>) | undefined;

const holder = globalThis as typeof globalThis & { pairwrightDirect?: FindDirect };

/** A parameter of a path is letters, digits, `-` and `_` here; Next decodes all others. */
export function offerDirectly(routes: readonly DirectRoute[]): void {
  const offered = routes.map(({ request, answer }) => ({
    pattern: new RegExp(`^${request.replace(/\{(\w+)\}/g, "(?<$1>[\\w-]+)")}$`),
    answer,
  }));
  holder.pairwrightDirect = (asked) => {
    for (const { pattern, answer } of offered) {
      const match = pattern.exec(asked);
      if (match) return (request) => answer(request, { ...match.groups });
    }
  };
}
