import { redirect } from "next/navigation";
import type { ReactNode } from "react";
import { currentUser } from "@/lib/auth/session";
import { PreferencesProvider } from "@/lib/client/annotate/preferences";
import { database } from "@/lib/services/database";
import { preferencesOf } from "@/lib/services/preferences/preferences";

/** Lists of one's own work cover harmful texts as the screen of the work itself does. */
export default async function OwnWorkLayout({ children }: { children: ReactNode }) {
  const user = await currentUser();
  if (!user) redirect("/sign-in?callbackUrl=/annotate");
  const preferences = await preferencesOf(database().db, user.id);
  return <PreferencesProvider initial={preferences}>{children}</PreferencesProvider>;
}
