"use client";
import { Command } from "cmdk";
import { usePathname, useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Dialog } from "@/app/components/dialog";
import { useRead } from "@/lib/client/console/use-endpoint";
import { listProjects } from "@/lib/contracts/projects";
import { PROJECT_PAGES, projectPagePath } from "./projects/[projectId]/pages";

const GLOBAL_PAGES = [
  { href: "/console", name: "projects" },
  { href: "/console/reviews", name: "reviews" },
  { href: "/console/grading", name: "grading" },
  { href: "/console/jobs", name: "jobs" },
  { href: "/console/account", name: "account" },
  { href: "/annotate", name: "annotate" },
] as const;

/** Ctrl-K or Cmd-K: every page of every project by a few letters of its name. For leads, who see the projects. */
export function Palette() {
  const t = useTranslations("console.palette");
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey) return;
      event.preventDefault();
      setOpen((shown) => !shown);
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
  return (
    <Dialog open={open} onOpenChange={setOpen} title={t("title")}>
      <Pages onGone={() => setOpen(false)} />
    </Dialog>
  );
}

function Pages({ onGone }: { onGone: () => void }) {
  const t = useTranslations("console.palette");
  const nav = useTranslations("console.nav");
  const pages = useTranslations("console.pages");
  const router = useRouter();
  const current = /\/projects\/([0-9a-f-]{36})/.exec(usePathname())?.[1];
  const projects = useRead(listProjects).data?.rows ?? [];
  // The project one is in comes first.
  const ordered = [...projects].sort((a, b) => Number(b.id === current) - Number(a.id === current));
  const go = (href: string) => {
    onGone();
    router.push(href);
  };
  const entry = (href: string, text: string) => (
    <Command.Item
      key={href}
      value={`${text} ${href}`}
      onSelect={() => go(href)}
      className="flex min-h-10 cursor-pointer items-center rounded-md px-2.5 data-[selected=true]:bg-accent-soft data-[selected=true]:text-accent"
    >
      {text}
    </Command.Item>
  );
  const heading = "[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-3 [&_[cmdk-group-heading]]:pb-1";
  const small = "[&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-muted";
  return (
    <Command label={t("title")} loop>
      <Command.Input
        autoFocus
        placeholder={t("placeholder")}
        className="mb-2 min-h-10 w-full rounded-md border border-line-strong bg-surface px-3"
      />
      <Command.List className="max-h-[50dvh] overflow-y-auto">
        <Command.Empty className="px-2.5 py-4 text-muted">{t("none")}</Command.Empty>
        {ordered.map((project) => (
          <Command.Group key={project.id} heading={project.name} className={`${heading} ${small}`}>
            {PROJECT_PAGES.map((page) => entry(projectPagePath(project.id, page), `${pages(page)} · ${project.name}`))}
          </Command.Group>
        ))}
        <Command.Group heading={t("everywhere")} className={`${heading} ${small}`}>
          {GLOBAL_PAGES.map(({ href, name }) => entry(href, nav(name)))}
        </Command.Group>
      </Command.List>
    </Command>
  );
}
