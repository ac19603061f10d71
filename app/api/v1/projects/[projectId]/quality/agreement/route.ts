import { getAgreement } from "@/lib/contracts/quality";
import { route } from "@/lib/http/route";
import { readAgreement } from "@/lib/services/quality/agreement";

export const GET = route(getAgreement, ({ context, params, query }) => readAgreement(context, { ...params, ...query }));
