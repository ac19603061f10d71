"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { keyLabel } from "@/lib/client/annotate/key-name";
import { useKeys } from "@/lib/client/annotate/preferences";
import type { ShortcutAction } from "@/lib/domain/shortcuts";
import { Button } from "../button";
import { Dialog } from "../dialog";
import { Kbd } from "../kbd";
import { KeyEditor } from "./key-editor";

/** Actions that are read as one line. */
const ROWS = [
  { name: "preferA", actions: ["step1", "step2", "step3", "step4"] },
  { name: "preferB", actions: ["step5", "step6", "step7", "step8"] },
  { name: "safety", actions: ["preferredSafe", "bothSafe", "bothUnsafe"] },
  { name: "unsafe", actions: ["preferredUnsafe"] },
  { name: "bothUnacceptable", actions: ["bothUnacceptable"] },
  { name: "note", actions: ["note"] },
  { name: "flag", actions: ["flag"] },
  { name: "diff", actions: ["diff"] },
  { name: "scroll", actions: ["scroll"] },
  { name: "edit", actions: ["edit"] },
  { name: "reveal", actions: ["reveal"] },
  { name: "submit", actions: ["submit"] },
  { name: "undo", actions: ["undo"] },
  { name: "history", actions: ["history"] },
  { name: "skip", actions: ["skip"] },
  { name: "guidelines", actions: ["guidelines"] },
  { name: "turnVerdicts", actions: ["kept", "broken", "notApplicable"] },
  { name: "turnWalk", actions: ["previousTurn", "nextTurn"] },
  { name: "finish", actions: ["finish"] },
] as const satisfies { name: string; actions: ShortcutAction[] }[];

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Which key does what, and the way to change it. */
export function Shortcuts({ open, onOpenChange }: Props) {
  const t = useTranslations("annotate.shortcuts");
  const [editing, setEditing] = useState(false);
  const change = (next: boolean) => {
    setEditing(false);
    onOpenChange(next);
  };
  return (
    <Dialog
      open={open}
      onOpenChange={change}
      title={t("title")}
      description={editing ? t("editDescription") : t("description")}
    >
      {editing ? <KeyEditor onDone={() => setEditing(false)} /> : <KeyList onEdit={() => setEditing(true)} />}
    </Dialog>
  );
}

function KeyList({ onEdit }: { onEdit: () => void }) {
  const t = useTranslations("annotate.shortcuts");
  const keys = useKeys();
  return (
    <>
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-2">
        {ROWS.map((row) => (
          <div key={row.name} className="contents">
            <dt className="flex gap-1">
              {row.actions.map((action) => (
                <Cap key={action} name={keys[action]} />
              ))}
            </dt>
            <dd>{t(row.name)}</dd>
          </div>
        ))}
        <dt>
          <Cap name="Esc" />
        </dt>
        <dd>{t("leave")}</dd>
      </dl>
      <Button className="mt-4" onClick={onEdit}>
        {t("change")}
      </Button>
    </>
  );
}

function Cap({ name }: { name: string }) {
  return (
    <span>
      <Kbd className="inline-flex">{keyLabel(name)}</Kbd>
      <span className="sr-only">{name}</span>
    </span>
  );
}
