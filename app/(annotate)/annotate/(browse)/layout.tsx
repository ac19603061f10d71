import { HeartHandshake, LayoutDashboard, ListChecks } from "lucide-react";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { type NavItem, TopBarShell } from "@/app/components/app-shell";
import { currentUser } from "@/lib/auth/session";

export default async function BrowseLayout({ children }: { children: ReactNode }) {
  const user = await currentUser();
  if (!user) redirect("/sign-in?callbackUrl=/annotate");
  const t = await getTranslations("annotate.nav");
  const items: NavItem[] = [
    { href: "/annotate", label: t("work"), icon: <ListChecks size={16} aria-hidden />, exact: true },
    { href: "/annotate/wellbeing", label: t("wellbeing"), icon: <HeartHandshake size={16} aria-hidden /> },
  ];
  if (user.role !== "annotator")
    items.push({ href: "/console", label: t("console"), icon: <LayoutDashboard size={16} aria-hidden /> });
  return (
    <TopBarShell user={{ name: user.name, email: user.email }} items={items}>
      {children}
    </TopBarShell>
  );
}
