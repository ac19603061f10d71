/** The signed-in person inside server components and layouts. Route handlers get theirs from lib/http/route.ts. */
import { cookies } from "next/headers";
import { cache } from "react";
import { database } from "@/lib/services/database";
import { sessionCookieName } from "./cookies";
import { type SignedIn, userOfSession } from "./sessions";

export const currentUser = cache(async (): Promise<SignedIn | null> => {
  const token = (await cookies()).get(sessionCookieName())?.value;
  return token ? userOfSession(database().db, token) : null;
});
