import { QueryClient } from "@tanstack/react-query";
import { ProblemError } from "./problem";

/** Reads are tried again only where waiting can help; a 404 or a refusal is final. */
const shouldRetry = (failures: number, error: unknown): boolean =>
  failures < 3 && (!(error instanceof ProblemError) || error.temporary);

export const createQueryClient = () =>
  new QueryClient({
    defaultOptions: {
      queries: { staleTime: 10_000, retry: shouldRetry, refetchOnWindowFocus: false, networkMode: "always" },
      mutations: { retry: false, networkMode: "always" },
    },
  });
