import { redirect } from "next/navigation";
import { titled } from "@/app/(console)/console/page-title";
import { currentUser } from "@/lib/auth/session";
import { DEFAULT_LOCALE, isLocale } from "@/lib/domain/locales";
import { AccountView } from "./account-view";

export const generateMetadata = titled("nav.account");

export default async function AccountPage() {
  const user = await currentUser();
  if (!user) redirect("/sign-in?callbackUrl=/console/account");
  return <AccountView name={user.name} locale={isLocale(user.locale) ? user.locale : DEFAULT_LOCALE} />;
}
