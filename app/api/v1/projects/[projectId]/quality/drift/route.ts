import { getDrift } from "@/lib/contracts/quality";
import { route } from "@/lib/http/route";
import { readDrift } from "@/lib/services/quality/annotators";

export const GET = route(getDrift, ({ context, params, query }) => readDrift(context, { ...params, ...query }));
