/** Turns stored generations into what the annotator may see of a live turn. */
import type { AssignmentView, ViewedGeneration } from "@/db/queries/assignment-view";
import type { LiveSide, LiveState } from "@/lib/contracts/live-state";
import { asSides } from "@/lib/domain/preference";
import { SILENT_SECONDS_MAX } from "../generations/limits";

const ERRORS = new Set(["unreachable", "timeout", "cut", "refused", "empty", "failed"]);

export const hasAnswer = (side: LiveSide | null): boolean =>
  side !== null && (side.state === "done" || side.state === "stopped") && side.text !== "";

/** A worker that has died cannot say so: an answer that shows no life for too long counts as timed out. */
function toSide(generation: ViewedGeneration | undefined): LiveSide | null {
  if (!generation) return null;
  const { attempt, text } = generation;
  const waiting = generation.state === "queued" || generation.state === "running";
  if (waiting && generation.silentSeconds > SILENT_SECONDS_MAX)
    return { state: "failed", text, attempt, error: "timeout" };
  const error = generation.error;
  return {
    state: generation.state,
    text,
    attempt,
    error: error === null ? null : ERRORS.has(error) ? (error as LiveSide["error"]) : "failed",
  };
}

export function toLiveState(view: AssignmentView): LiveState {
  const find = (position: 1 | 2) => toSide(view.generations.find((generation) => generation.position === position));
  const sides = asSides(view.swapped, find(1), find(2));
  const last = view.context.at(-1);
  return {
    assignmentId: view.assignmentId,
    phase: phaseOf(view),
    prompt: view.contextMessageId !== null && last?.role === "user" ? last.content : null,
    ...sides,
  };
}

function phaseOf(view: AssignmentView): LiveState["phase"] {
  if (view.assignmentState === "submitted") return "judged";
  if (view.contextMessageId === null) return "prompt";
  return view.response1 !== null && view.response2 !== null ? "votable" : "answering";
}
