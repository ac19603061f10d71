import * as contract from "@/lib/contracts/entry-tests";
import { route } from "@/lib/http/route";
import { grantCertificate, listCertificates } from "@/lib/services/onboarding/certificates";

export const GET = route(contract.listCertificates, ({ context, params, query }) =>
  listCertificates(context, { ...params, ...query }),
);
export const POST = route(contract.grantCertificate, ({ context, params, body }) =>
  grantCertificate(context, { ...params, ...body }),
);
