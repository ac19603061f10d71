import { notifyManager, QueryClient } from "@tanstack/react-query";
import { ProblemError } from "./problem";

// In a task of its own, as the library has it, an answer would be drawn a frame after the state that goes with it.
notifyManager.setScheduler(queueMicrotask);

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
