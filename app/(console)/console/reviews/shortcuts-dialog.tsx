"use client";
import { useTranslations } from "next-intl";
import { Dialog } from "@/app/components/dialog";
import { Kbd } from "@/app/components/kbd";

const ROWS = {
  review: [
    { keys: ["a"], name: "approve" },
    { keys: ["f"], name: "fix" },
    { keys: ["x"], name: "reject" },
    { keys: ["u"], name: "undo" },
  ],
  disagreements: [
    { keys: ["1", "8"], name: "steps" },
    { keys: ["q", "w", "r", "x"], name: "safety" },
    { keys: ["Enter"], name: "verdict" },
    { keys: ["p"], name: "plurality" },
    { keys: ["g"], name: "gap" },
    { keys: ["u"], name: "undo" },
  ],
  triage: [
    { keys: ["m"], name: "ask" },
    { keys: ["r"], name: "sendToReview" },
    { keys: ["p"], name: "plurality" },
    { keys: ["x"], name: "dismiss" },
    { keys: ["u"], name: "undo" },
  ],
} as const;
const EVERYWHERE = [
  { keys: ["j", "k"], name: "walk" },
  { keys: ["d"], name: "diff" },
  { keys: ["?"], name: "help" },
  { keys: ["Esc"], name: "leave" },
] as const;

export type DeskName = keyof typeof ROWS;

export function ShortcutsDialog({
  desk,
  open,
  onOpenChange,
}: {
  desk: DeskName;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const t = useTranslations("console.reviews.keys");
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t("title")} description={t("description")}>
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-2">
        {[...ROWS[desk], ...EVERYWHERE].map((row) => (
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
