import { createSnapshot } from "@/lib/contracts/snapshots";
import { route } from "@/lib/http/route";
import { freezeSnapshot } from "@/lib/services/snapshots/freeze";

export const POST = route(createSnapshot, ({ context, params, body }) =>
  freezeSnapshot(context, { ...params, ...body }),
);
