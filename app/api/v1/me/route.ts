import { getMe, updateMe } from "@/lib/contracts/users";
import { route } from "@/lib/http/route";
import * as me from "@/lib/services/users/me";

export const GET = route(getMe, ({ context }) => me.getMe(context));
export const PATCH = route(updateMe, ({ context, body }) => me.updateMe(context, body));
