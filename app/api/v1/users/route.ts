import * as contracts from "@/lib/contracts/users";
import { route } from "@/lib/http/route";
import { createUser } from "@/lib/services/users/create";
import { listUsers } from "@/lib/services/users/list";

export const GET = route(contracts.listUsers, ({ context, query }) => listUsers(context, query));
export const POST = route(contracts.createUser, ({ context, body }) => createUser(context, body));
