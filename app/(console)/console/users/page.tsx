import { redirect } from "next/navigation";
import { titled } from "@/app/(console)/console/page-title";
import { currentUser } from "@/lib/auth/session";
import { UsersView } from "./users-view";

export const generateMetadata = titled("nav.users");

export default async function UsersPage() {
  const user = await currentUser();
  if (user?.role !== "admin") redirect("/console");
  return <UsersView ownId={user.id} />;
}
