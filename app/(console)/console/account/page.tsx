import { redirect } from "next/navigation";
import { currentUser } from "@/lib/auth/session";
import { AccountView } from "./account-view";

export default async function AccountPage() {
  const user = await currentUser();
  if (!user) redirect("/sign-in?callbackUrl=/console/account");
  return <AccountView name={user.name} locale={user.locale === "ko" ? "ko" : "en"} />;
}
