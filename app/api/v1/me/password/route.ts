import { changePassword } from "@/lib/contracts/users";
import { route } from "@/lib/http/route";
import * as me from "@/lib/services/users/me";

export const POST = route(changePassword, ({ context, body }) => me.changePassword(context, body).then(() => null));
