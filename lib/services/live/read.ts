/** The live turn as it stands, once or as a stream of states. */
import type { LiveState } from "@/lib/contracts/live-state";
import { DomainError } from "@/lib/errors";
import { requireView } from "../assignments/payload";
import type { ServiceContext } from "../context";
import { toLiveState } from "./live-state";

export async function getLiveState(context: ServiceContext, input: { assignmentId: string }): Promise<LiveState> {
  const view = await requireView(context, input.assignmentId);
  if (view.kind !== "live") throw new DomainError("conflict", "This item is not a live dialogue.");
  return toLiveState(view);
}

const POLL_MS = 150;
/** A client that is still interested reconnects. */
const STREAM_MS_MAX = 10 * 60_000;

/** Nothing moves any more until the annotator acts. */
function isSettled(state: LiveState): boolean {
  if (state.phase !== "answering") return true;
  return [state.a, state.b].every((side) => side !== null && side.state !== "queued" && side.state !== "running");
}

/**
 * Yields each state that differs from the last, first the present one; ends when nothing moves any more. The rows are the
 * truth, so a client that reconnects, or a web server that restarts, loses nothing.
 */
export async function* watchLiveState(
  context: ServiceContext,
  input: { assignmentId: string },
  signal: AbortSignal,
): AsyncGenerator<LiveState> {
  const endsAt = Date.now() + STREAM_MS_MAX;
  let last = "";
  while (!signal.aborted && Date.now() < endsAt) {
    const state = await getLiveState(context, input);
    const text = JSON.stringify(state);
    if (text !== last) yield state;
    last = text;
    // Both answers may be finished a moment before their messages are stored; the phase tells.
    if (isSettled(state) && !(state.phase === "answering" && bothAnswered(state))) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

const bothAnswered = (state: LiveState): boolean =>
  [state.a, state.b].every((side) => side !== null && side.state !== "failed" && side.text !== "");
