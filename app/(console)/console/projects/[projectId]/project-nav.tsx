"use client";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { cn } from "@/app/components/cn";

const PAGES = [
  "rounds",
  "campaigns",
  "data",
  "training-runs",
  "reward-models",
  "rejection-sampling",
  "ghost-attention",
  "policies",
  "guidelines",
  "members",
  "audit",
  "settings",
] as const;

export function ProjectNav({ projectId, name }: { projectId: string; name: string }) {
  const t = useTranslations("console.pages");
  const path = usePathname();
  const base = `/console/projects/${projectId}`;
  return (
    <div className="mb-5">
      <p className="text-sm text-muted">{name}</p>
      <nav aria-label={name} className="-mx-4 overflow-x-auto px-4">
        <ul className="flex gap-1 border-b border-line">
          {PAGES.map((page) => {
            const href = page === "rounds" ? base : `${base}/${page}`;
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
