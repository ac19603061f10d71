/** Next calls this once, when the server starts. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const [{ offerDirectly }, assignments, draft, heartbeat, comparisons] = await Promise.all([
    import("@/lib/http/direct"),
    import("@/app/api/v1/assignments/route"),
    import("@/app/api/v1/assignments/[assignmentId]/draft/route"),
    import("@/app/api/v1/assignments/[assignmentId]/heartbeat/route"),
    import("@/app/api/v1/comparisons/route"),
  ]);
  offerDirectly([assignments.POST, draft.PUT, heartbeat.POST, comparisons.POST].map(({ direct }) => direct));
}
