import * as contract from "@/lib/contracts/entry-tests";
import { route } from "@/lib/http/route";
import { gradeAnswer } from "@/lib/services/onboarding/grading";

export const POST = route(contract.gradeAnswer, ({ context, params, body }) =>
  gradeAnswer(context, { ...params, ...body }),
);
