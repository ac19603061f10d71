"use client";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import { cn } from "@/app/components/cn";
import { PROJECT_PAGES, projectPagePath } from "./pages";

export function ProjectNav({ projectId, name }: { projectId: string; name: string }) {
  const t = useTranslations("console.pages");
  const path = usePathname();
  const base = `/console/projects/${projectId}`;
  const list = useRef<HTMLUListElement>(null);
  // On a phone the row scrolls; the page one is on must be in sight. `path` is what moves it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the effect reads the DOM that `path` decides
  useEffect(() => {
    list.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [path]);
  return (
    <div className="mb-5">
      <p className="text-sm text-muted">{name}</p>
      <nav aria-label={name} className="-mx-4 overflow-x-auto px-4">
        <ul ref={list} className="flex gap-x-1 border-b border-line sm:flex-wrap">
          {PROJECT_PAGES.map((page) => {
            const href = projectPagePath(projectId, page);
            const current =
              page === "rounds" ? path === base || path.startsWith(`${base}/rounds`) : path.startsWith(href);
            return (
              <li key={page}>
                <Link
                  href={href}
                  aria-current={current ? "page" : undefined}
                  className={cn(
                    "-mb-px flex min-h-10 items-center border-b-2 border-transparent px-2.5 whitespace-nowrap text-muted hover:text-ink",
                    current && "border-accent font-medium text-ink",
                  )}
                >
                  {t(page)}
                </Link>
              </li>
            );
          })}
        </ul>
      </nav>
    </div>
  );
}
