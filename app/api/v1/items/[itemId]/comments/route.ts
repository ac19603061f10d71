import * as contract from "@/lib/contracts/adjudications";
import { route } from "@/lib/http/route";
import { addCaseComment, listCaseComments } from "@/lib/services/adjudications/comments";

export const GET = route(contract.listCaseComments, ({ context, params }) => listCaseComments(context, params));

export const POST = route(contract.addCaseComment, ({ context, params, body }) =>
  addCaseComment(context, { ...params, ...body }),
);
