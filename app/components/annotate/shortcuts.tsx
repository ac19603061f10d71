"use client";
import { useTranslations } from "next-intl";
import { Dialog } from "../dialog";
import { Kbd } from "../kbd";

const ROWS = [
  { keys: ["1", "2", "3", "4"], name: "preferA" },
  { keys: ["5", "6", "7", "8"], name: "preferB" },
  { keys: ["q", "w", "r"], name: "safety" },
  { keys: ["x"], name: "unsafe" },
  { keys: ["n"], name: "note" },
  { keys: ["f"], name: "flag" },
  { keys: ["d"], name: "diff" },
  { keys: ["e"], name: "edit" },
  { keys: ["Enter"], name: "submit" },
  { keys: ["u"], name: "undo" },
  { keys: ["s"], name: "skip" },
  { keys: ["g"], name: "guidelines" },
  { keys: ["y", "x", "0"], name: "turnVerdicts" },
  { keys: ["↑", "↓"], name: "turnWalk" },
  { keys: ["c"], name: "finish" },
  { keys: ["Esc"], name: "leave" },
] as const;

export function Shortcuts({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("annotate.shortcuts");
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t("title")} description={t("description")}>
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-2">
        {ROWS.map((row) => (
          <div key={row.name} className="contents">
            <dt className="flex gap-1">
              {row.keys.map((key) => (
                <span key={key}>
                  <Kbd>{key}</Kbd>
                  <span className="sr-only">{key}</span>
                </span>
              ))}
            </dt>
            <dd>{t(row.name)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
