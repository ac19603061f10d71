import * as contract from "@/lib/contracts/triage";
import { route } from "@/lib/http/route";
import { listTriage } from "@/lib/services/triage/list";

export const GET = route(contract.listTriage, ({ context, query }) => listTriage(context, query));
