import { redirect } from "next/navigation";
import { currentUser } from "@/lib/auth/session";
import { UsersView } from "./users-view";

export default async function UsersPage() {
  const user = await currentUser();
  if (user?.role !== "admin") redirect("/console");
  return <UsersView ownId={user.id} />;
}
