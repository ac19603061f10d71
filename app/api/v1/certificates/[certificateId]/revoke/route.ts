import * as contract from "@/lib/contracts/entry-tests";
import { route } from "@/lib/http/route";
import { revokeCertificate } from "@/lib/services/onboarding/certificates";

export const POST = route(contract.revokeCertificate, ({ context, params, body }) =>
  revokeCertificate(context, { ...params, ...body }),
);
