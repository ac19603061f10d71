import { redirect } from "next/navigation";
import { currentUser } from "@/lib/auth/session";

/** Everybody starts where their work is. */
export default async function StartPage() {
  const user = await currentUser();
  if (!user) redirect("/sign-in");
  redirect(user.role === "lead" || user.role === "admin" ? "/console" : "/annotate");
}
