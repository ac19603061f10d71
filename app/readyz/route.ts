import { readiness } from "@/lib/services/system/readiness";

/** For supervisors and load balancers: 200 when work can be done, else 503 with what is missing. */
export async function GET() {
  const state = await readiness();
  return Response.json(state, { status: state.ready ? 200 : 503, headers: { "cache-control": "no-store" } });
}
export const dynamic = "force-dynamic";
