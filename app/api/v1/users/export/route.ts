import * as contracts from "@/lib/contracts/users";
import { csvResponse } from "@/lib/http/csv";
import { route } from "@/lib/http/route";
import { exportUsers } from "@/lib/services/users/list";

export const GET = route(contracts.exportUsers, async ({ context, query }) =>
  csvResponse(await exportUsers(context, query)),
);
