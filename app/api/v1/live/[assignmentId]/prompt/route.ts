import * as contract from "@/lib/contracts/live";
import { route } from "@/lib/http/route";
import { sendLivePrompt } from "@/lib/services/live/send-prompt";

export const POST = route(contract.sendLivePrompt, ({ context, params, body }) =>
  sendLivePrompt(context, { ...params, ...body }),
);
