import * as contract from "@/lib/contracts/triage";
import { route } from "@/lib/http/route";
import { decideTriage } from "@/lib/services/triage/decide";

export const POST = route(contract.decideTriage, ({ context, params, body }) =>
  decideTriage(context, { ...params, ...body }),
);
