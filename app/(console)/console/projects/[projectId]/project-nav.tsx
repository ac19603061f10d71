"use client";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import { cn } from "@/app/components/cn";
import { PROJECT_SECTIONS, type ProjectPage, type ProjectSection, projectPageOf, projectPagePath } from "./pages";

const SECTIONS = Object.entries(PROJECT_SECTIONS) as [ProjectSection, readonly ProjectPage[]][];

/** Sections in one row, the pages of the open section in a second one, whose room is kept where a section has one page. */
export function ProjectNav({ projectId, name }: { projectId: string; name: string }) {
  const t = useTranslations("console");
  const path = usePathname();
  const current = projectPageOf(projectId, path);
  const pages = SECTIONS.find(([, inside]) => inside.includes(current))?.[1] ?? [];
  return (
    <nav aria-label={name} className="mb-5">
      <p className="text-sm text-muted">{name}</p>
      <Row
        entries={SECTIONS.map(([section, inside]) => ({
          href: projectPagePath(projectId, inside[0] as ProjectPage),
          label: t(`sections.${section}`),
          current: inside.includes(current) ? (inside[0] === current ? "page" : "true") : undefined,
        }))}
        className="border-b border-line"
      />
      <div className="min-h-10">
        {pages.length > 1 && (
          <Row
            entries={pages.map((page) => ({
              href: projectPagePath(projectId, page),
              label: t(`pages.${page}`),
              current: page === current ? "page" : undefined,
            }))}
            className="text-sm"
          />
        )}
      </div>
    </nav>
  );
}

interface Entry {
  href: string;
  label: string;
  current: "page" | "true" | undefined;
}

function Row({ entries, className }: { entries: Entry[]; className: string }) {
  const list = useRef<HTMLUListElement>(null);
  const here = entries.find(({ current }) => current)?.href;
  // On a phone the row scrolls; where one is must be in sight. `here` is what moves it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the effect reads the DOM that `here` decides
  useEffect(() => {
    list.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [here]);
  return (
    <div className="-mx-4 overflow-x-auto px-4">
      <ul ref={list} className={cn("flex gap-x-1", className)}>
        {entries.map(({ href, label, current }) => (
          <li key={href}>
            <Link
              href={href}
              aria-current={current}
              className={cn(
                "-mb-px flex min-h-10 items-center border-b-2 border-transparent px-2.5 whitespace-nowrap text-muted hover:text-ink",
                current && "border-accent font-medium text-ink",
              )}
            >
              {label}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
