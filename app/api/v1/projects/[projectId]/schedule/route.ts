import * as contracts from "@/lib/contracts/rounds";
import { route } from "@/lib/http/route";
import { getSchedule, putSchedule } from "@/lib/services/schedule/schedule";

export const GET = route(contracts.getSchedule, ({ context, params }) => getSchedule(context, params.projectId));
export const PUT = route(contracts.putSchedule, ({ context, params, body }) =>
  putSchedule(context, { ...params, ...body }),
);
