"use client";
import { LogOut, Menu } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { signOut } from "next-auth/react";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { IconButton } from "./button";
import { cn } from "./cn";
import { Drawer } from "./dialog";
import { LocaleSwitch } from "./locale-switch";
import { ThemeToggle } from "./theme-toggle";

export interface NavItem {
  href: string;
  label: string;
  /** An element, not a component: items cross from server to client. */
  icon?: ReactNode;
  /** Only the exact address counts as current. */
  exact?: boolean;
}
export interface NavGroup {
  title?: string;
  items: NavItem[];
}
export interface ShellUser {
  name: string;
  email: string;
}

/** Console frame: navigation at the left (behind a menu on phones), content at the right. */
export function AppShell({ user, groups, children }: { user: ShellUser; groups: NavGroup[]; children: ReactNode }) {
  const t = useTranslations("common");
  const [open, setOpen] = useState(false);
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[14rem_minmax(0,1fr)]">
      <SkipLink />
      <header className="sticky top-0 z-20 flex items-center justify-between border-b border-line bg-surface px-3 py-1.5 lg:hidden">
        <Brand />
        <div className="flex items-center">
          <ThemeToggle />
          <IconButton label={t("menu")} aria-expanded={open} onClick={() => setOpen(true)}>
            <Menu size={18} aria-hidden />
          </IconButton>
        </div>
      </header>
      <aside className="sticky top-0 hidden h-dvh flex-col border-r border-line bg-surface lg:flex">
        <div className="px-4 py-3.5">
          <Brand />
        </div>
        <Navigation groups={groups} />
        <AccountBar user={user} />
      </aside>
      <Drawer open={open} onOpenChange={setOpen} title={t("menu")}>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: closes the drawer once a link inside was followed */}
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: links fire click for the keyboard too */}
        <div onClick={(event) => (event.target as Element).closest("a") && setOpen(false)}>
          <Navigation groups={groups} />
        </div>
        <AccountBar user={user} />
      </Drawer>
      <main id="main" tabIndex={-1} className="min-w-0 px-4 py-5 outline-none sm:px-6 lg:px-8">
        <div className="mx-auto max-w-7xl">{children}</div>
      </main>
    </div>
  );
}

/** Annotator frame: one slim bar. The work screens bring their own. */
export function TopBarShell({ user, items, children }: { user: ShellUser; items: NavItem[]; children: ReactNode }) {
  const t = useTranslations("common");
  return (
    <div className="flex min-h-dvh flex-col">
      <SkipLink />
      <header className="flex items-center gap-x-1 border-b border-line bg-surface px-4 py-1.5">
        <Brand compact />
        <nav aria-label={t("mainNavigation")} className="flex flex-1 gap-1 sm:ml-4">
          {items.map((item) => (
            <NavLink key={item.href} item={item} compact />
          ))}
        </nav>
        <LocaleSwitch />
        <ThemeToggle />
        <SignOutButton name={user.name} />
      </header>
      <main id="main" tabIndex={-1} className="mx-auto w-full max-w-5xl flex-1 px-4 py-6 outline-none">
        {children}
      </main>
    </div>
  );
}

/** `compact` leaves the name to screen readers on phones. */
export const Brand = ({ compact }: { compact?: boolean }) => (
  <Link href="/" className="flex items-center gap-2 rounded-sm font-semibold tracking-tight">
    <span aria-hidden="true" className="flex">
      <span className="size-3.5 rounded-l-sm bg-side-a" />
      <span className="size-3.5 rounded-r-sm bg-side-b" />
    </span>
    <span className={cn(compact && "max-sm:sr-only")}>Pairwright</span>
  </Link>
);

export function SkipLink() {
  const t = useTranslations("common");
  return (
    <a
      href="#main"
      className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-60 focus:rounded-md focus:bg-accent focus:px-3 focus:py-2 focus:text-on-accent"
    >
      {t("skipToContent")}
    </a>
  );
}

function Navigation({ groups }: { groups: NavGroup[] }) {
  const t = useTranslations("common");
  return (
    <nav aria-label={t("mainNavigation")} className="flex-1 overflow-y-auto px-2 pb-4">
      {groups.map((group, index) => (
        <div key={group.title ?? index} className="mt-3 first:mt-0">
          {group.title && <p className="px-2 pb-1 text-xs font-medium text-muted">{group.title}</p>}
          {group.items.map((item) => (
            <NavLink key={item.href} item={item} />
          ))}
        </div>
      ))}
    </nav>
  );
}

/** `compact` leaves the word to screen readers on phones where an icon stands for it. */
function NavLink({ item, compact }: { item: NavItem; compact?: boolean }) {
  const path = usePathname();
  const current = item.exact ? path === item.href : path === item.href || path.startsWith(`${item.href}/`);
  return (
    <Link
      href={item.href}
      aria-current={current ? "page" : undefined}
      className={cn(
        "flex min-h-8 items-center gap-2.5 rounded-md px-2 text-muted hover:bg-sunken hover:text-ink",
        current && "bg-accent-soft font-medium text-accent hover:bg-accent-soft hover:text-accent",
      )}
    >
      {item.icon}
      <span className={cn("truncate", compact && item.icon && "max-sm:sr-only")}>{item.label}</span>
    </Link>
  );
}

function AccountBar({ user }: { user: ShellUser }) {
  return (
    <div className="border-t border-line p-3">
      <p className="truncate text-sm font-medium">{user.name}</p>
      <p className="truncate text-xs text-muted">{user.email}</p>
      <div className="mt-2 flex items-center gap-1">
        <LocaleSwitch />
        <ThemeToggle />
        <SignOutButton name={user.name} />
      </div>
    </div>
  );
}

export function SignOutButton({ name }: { name: string }) {
  const t = useTranslations("common");
  return (
    <IconButton label={t("signOut", { name })} onClick={() => signOut({ callbackUrl: "/sign-in" })}>
      <LogOut size={18} aria-hidden />
    </IconButton>
  );
}
