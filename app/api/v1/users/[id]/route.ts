import * as contracts from "@/lib/contracts/users";
import { route } from "@/lib/http/route";
import { updateUser } from "@/lib/services/users/update";

export const PATCH = route(contracts.updateUser, ({ context, params, body }) =>
  updateUser(context, { ...params, ...body }),
);
