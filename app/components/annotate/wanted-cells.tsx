"use client";
import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { callFor } from "@/lib/client/call";
import { listWantedCells } from "@/lib/contracts/red-team";

const SHOWN = 6;

/** Beside the composer of a red-team campaign: what a lead would like to see tried. Without an answer it is silent. */
export function WantedCells({ projectId }: { projectId: string }) {
  const t = useTranslations("annotate.wanted");
  const risk = useTranslations("annotate.risk");
  const format = useFormatter();
  const { data } = useQuery({
    queryKey: ["annotate", "wanted", projectId],
    queryFn: ({ signal }) => callFor(listWantedCells, { params: { projectId }, signal }),
    staleTime: 60_000,
    retry: false,
  });
  const cells = data?.cells.slice(0, SHOWN) ?? [];
  if (cells.length === 0) return null;
  return (
    <aside aria-labelledby="wanted-title" className="rounded-lg border border-line bg-sunken p-3">
      <h2 id="wanted-title" className="font-semibold">
        {t("title")}
      </h2>
      <p className="mb-2 text-sm text-muted">{t("help")}</p>
      <ul className="flex flex-col gap-2">
        {cells.map(({ category, attackVector, left, note }) => (
          <li key={`${category} ${attackVector}`} className="text-sm">
            <span className="font-medium">
              {risk(`categories.${category}`)} · {risk(`vectors.${attackVector}`)}
            </span>{" "}
            <span className="text-muted tabular-nums">{t("left", { left: format.number(left) })}</span>
            {note && <p className="text-muted">{note}</p>}
          </li>
        ))}
      </ul>
    </aside>
  );
}
