import * as contract from "@/lib/contracts/entry-tests";
import { route } from "@/lib/http/route";
import { listGrading } from "@/lib/services/onboarding/grading";

export const GET = route(contract.listGrading, ({ context, query }) => listGrading(context, query));
