"use client";
import { useTranslations } from "next-intl";
import { Stat } from "@/app/components/stat";
import { Table } from "@/app/components/table";
import type { ImportReport } from "@/lib/client/console/upload";

interface LineNote {
  line?: number;
  path?: string;
  message: string;
}

/** Lines of the file and what is said about each. */
function Lines({ label, notes }: { label: string; notes: LineNote[] }) {
  const t = useTranslations("console.data");
  return (
    <Table
      label={label}
      rows={notes}
      rowKey={(note) => `${note.line ?? note.path}:${note.message}`}
      columns={[
        { key: "line", header: t("line"), numeric: true, className: "w-20", cell: (note) => note.line ?? note.path },
        { key: "message", header: t("message"), className: "break-words", cell: (note) => note.message },
      ]}
    />
  );
}

export function ImportProblems({ problems }: { problems: LineNote[] }) {
  const t = useTranslations("console.data");
  return (
    <div className="mt-4">
      <h3 className="mb-1 font-semibold">{t("badLines", { count: problems.length })}</h3>
      <Lines label={t("badLines", { count: problems.length })} notes={problems} />
    </div>
  );
}

export function ImportResult({ report }: { report: ImportReport }) {
  const t = useTranslations("console.data");
  const skipped = report.skippedLines.map(({ line, reason }) => ({ line, message: reason }));
  const figures = ["rows", "comparisons", "items", "prompts", "skipped"] as const;
  return (
    <div className="mt-4 rounded-lg border border-line p-4">
      <p className="font-semibold text-done">{t("imported", { format: t(`formats.${report.format}`) })}</p>
      <div className="mt-3 grid grid-cols-2 gap-4 sm:grid-cols-5">
        {figures.map((figure) => (
          <Stat key={figure} label={t(`report.${figure}`)} value={report[figure]} />
        ))}
      </div>
      {skipped.length > 0 && (
        <details className="mt-2">
          <summary className="cursor-pointer font-medium">
            {t("skippedLines", { shown: skipped.length, all: report.skipped })}
          </summary>
          <Lines label={t("report.skipped")} notes={skipped} />
        </details>
      )}
    </div>
  );
}
