"use client";
/** State of a live turn, pushed by the server; asked for when the stream is cut. */
import { useCallback, useEffect, useState } from "react";
import type { Side } from "@/lib/contracts/annotation-shapes";
import { type LiveState, liveStateSchema, retryLive, sendLivePrompt, stopLive, streamLive } from "@/lib/contracts/live";
import { callFor, pathOf } from "../call";
import type { ProblemError } from "../problem";

const isMoving = (state: LiveState): boolean =>
  [state.a, state.b].some((side) => side?.state === "queued" || side?.state === "running");

export function useLive(assignmentId: string, initial: LiveState) {
  const [state, setState] = useState(initial);
  const [problem, setProblem] = useState<ProblemError | null>(null);
  const moving = isMoving(state);

  useEffect(() => {
    if (!moving) return;
    // EventSource reconnects by itself; each event carries the whole state, so nothing is missed.
    const source = new EventSource(pathOf(streamLive.path, { assignmentId }));
    const onState = (event: MessageEvent<string>) => {
      const parsed = liveStateSchema.safeParse(JSON.parse(event.data));
      if (!parsed.success) return;
      setState(parsed.data);
      if (!isMoving(parsed.data)) source.close();
    };
    source.addEventListener("state", onState);
    return () => source.close();
  }, [assignmentId, moving]);

  const act = useCallback(async (request: () => Promise<LiveState>) => {
    setProblem(null);
    try {
      setState(await request());
      return true;
    } catch (error) {
      setProblem(error as ProblemError);
      return false;
    }
  }, []);
  const params = { assignmentId };
  return {
    state,
    moving,
    problem,
    send: (content: string) => act(() => callFor(sendLivePrompt, { params, body: { content } })),
    stop: (side: Side) => act(() => callFor(stopLive, { params, body: { side } })),
    retry: (side: Side) => act(() => callFor(retryLive, { params, body: { side } })),
  };
}
