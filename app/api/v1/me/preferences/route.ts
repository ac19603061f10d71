import { getPreferences, updatePreferences } from "@/lib/contracts/preferences";
import { route } from "@/lib/http/route";
import * as preferences from "@/lib/services/preferences/preferences";

export const GET = route(getPreferences, ({ context }) => preferences.getPreferences(context));
export const PATCH = route(updatePreferences, ({ context, body }) => preferences.updatePreferences(context, body));
