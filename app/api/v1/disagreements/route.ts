import * as contract from "@/lib/contracts/adjudications";
import { route } from "@/lib/http/route";
import { listDisagreements } from "@/lib/services/adjudications/list";

export const GET = route(contract.listDisagreements, ({ context, query }) => listDisagreements(context, query));
