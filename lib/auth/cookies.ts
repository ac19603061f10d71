/** Name of next-auth's session cookie: the secure prefix follows the public address. */
import { env } from "@/lib/env";

export const isSecure = (): boolean => env().publicUrl.startsWith("https://");
export const sessionCookieName = (): string =>
  isSecure() ? "__Secure-next-auth.session-token" : "next-auth.session-token";
