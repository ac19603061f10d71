import * as contracts from "@/lib/contracts/audit";
import { route } from "@/lib/http/route";
import { verifyAudit } from "@/lib/services/audit/chain";

export const GET = route(contracts.verifyAuditChain, ({ context }) => verifyAudit(context));
