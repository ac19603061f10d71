/** Next calls this once, when the server starts. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const [{ offerDirectly }, assignments, comparisons] = await Promise.all([
    import("@/lib/http/direct"),
    import("@/app/api/v1/assignments/route"),
    import("@/app/api/v1/comparisons/route"),
  ]);
  offerDirectly([assignments.POST.direct, comparisons.POST.direct]);
}
