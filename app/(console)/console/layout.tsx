import { ClipboardCheck, ClipboardPen, FolderKanban, KeyRound, ListChecks, Users } from "lucide-react";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { AppShell, type NavItem } from "@/app/components/app-shell";
import { currentUser } from "@/lib/auth/session";
import { hasRole } from "@/lib/domain/roles";
import { Palette } from "./palette";

/** For reviewers and above; each page and route checks again. */
export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const user = await currentUser();
  if (!user) redirect("/sign-in?callbackUrl=/console");
  if (!hasRole(user.role, "reviewer")) redirect("/annotate");
  const t = await getTranslations("console.nav");
  const isLead = hasRole(user.role, "lead");
  const items: (NavItem | false)[] = [
    isLead && { href: "/console", label: t("projects"), icon: <FolderKanban size={16} aria-hidden />, exact: true },
    { href: "/console/reviews", label: t("reviews"), icon: <ClipboardCheck size={16} aria-hidden /> },
    { href: "/console/grading", label: t("grading"), icon: <ClipboardPen size={16} aria-hidden /> },
    isLead && { href: "/console/jobs", label: t("jobs"), icon: <ListChecks size={16} aria-hidden /> },
    user.role === "admin" && { href: "/console/users", label: t("users"), icon: <Users size={16} aria-hidden /> },
    { href: "/console/account", label: t("account"), icon: <KeyRound size={16} aria-hidden /> },
    { href: "/annotate", label: t("annotate"), icon: <ClipboardCheck size={16} aria-hidden /> },
  ];
  return (
    <AppShell user={user} groups={[{ items: items.filter((item) => item !== false) }]}>
      {isLead && <Palette />}
      {children}
    </AppShell>
  );
}
