import * as contracts from "@/lib/contracts/audit";
import { csvResponse } from "@/lib/http/csv";
import { route } from "@/lib/http/route";
import { exportAudit } from "@/lib/services/audit/list";

export const GET = route(contracts.exportAudit, async ({ context, query }) =>
  csvResponse(await exportAudit(context, query)),
);
