import * as contracts from "@/lib/contracts/jobs";
import { route } from "@/lib/http/route";
import { listJobs } from "@/lib/services/jobs/list";

export const GET = route(contracts.listJobs, ({ context, query }) => listJobs(context, query));
