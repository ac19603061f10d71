import { getAnnotatorQuality } from "@/lib/contracts/quality";
import { route } from "@/lib/http/route";
import { readAnnotatorQuality } from "@/lib/services/quality/annotators";

export const GET = route(getAnnotatorQuality, ({ context, params, query }) =>
  readAnnotatorQuality(context, { ...params, ...query }),
);
