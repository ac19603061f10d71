import * as contracts from "@/lib/contracts/audit";
import { route } from "@/lib/http/route";
import { listAudit } from "@/lib/services/audit/list";

export const GET = route(contracts.listAudit, ({ context, query }) => listAudit(context, query));
