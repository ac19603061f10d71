import * as contract from "@/lib/contracts/live";
import { eventStream } from "@/lib/http/event-stream";
import { route } from "@/lib/http/route";
import { getLiveState, watchLiveState } from "@/lib/services/live/read";

export const GET = route(contract.streamLive, async ({ context, params, request }) => {
  // Read once before the stream begins, so that a stranger gets a 404 and not a broken stream.
  await getLiveState(context, params);
  return eventStream("state", request.signal, (signal) => watchLiveState(context, params, signal));
});
