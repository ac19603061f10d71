"use client";
import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { Button } from "@/app/components/button";
import { Field, Input } from "@/app/components/field";
import { BulkBar } from "@/app/components/list/bulk-bar";
import { BulkDialog } from "@/app/components/list/bulk-dialog";
import { BulkHistory } from "@/app/components/list/bulk-history";
import type { Selection } from "@/lib/client/console/list/use-list";
import type { BulkRequest } from "@/lib/contracts/bulk-actions";
import type { PromptFilter } from "@/lib/contracts/lists";
import { categorySchema, languageTagSchema, type PromptBulkAction } from "@/lib/domain/lists";

const KINDS = ["set_category", "set_language"] as const;
type Kind = (typeof KINDS)[number];

interface PromptBulkProps {
  projectId: string;
  selection: Selection;
  filter: PromptFilter;
  loaded: number;
  more: boolean;
  categories: string[];
  languages: string[];
}

export function PromptBulk({ projectId, selection, filter, loaded, more, categories, languages }: PromptBulkProps) {
  const t = useTranslations("console.prompts");
  const [kind, setKind] = useState<Kind | null>(null);
  const [history, setHistory] = useState(false);
  const rows: Extract<BulkRequest, { screen: "prompts" }>["selection"] = selection.all
    ? { filter }
    : { ids: [...selection.ids] };
  const done = () => {
    setKind(null);
    selection.clear();
  };
  return (
    <>
      <BulkBar selection={selection} loaded={loaded} more={more} onHistory={() => setHistory(true)}>
        {KINDS.map((name) => (
          <Button key={name} size="sm" onClick={() => setKind(name)}>
            {t(`actions.${name}`)}
          </Button>
        ))}
      </BulkBar>
      {kind && (
        <ChangePrompts
          projectId={projectId}
          kind={kind}
          rows={rows}
          suggestions={kind === "set_category" ? categories : languages}
          onClose={() => setKind(null)}
          onDone={done}
        />
      )}
      {history && (
        <BulkHistory
          projectId={projectId}
          screen="prompts"
          say={(action) => t(`actions.${action.kind as Kind}`)}
          onClose={() => setHistory(false)}
        />
      )}
    </>
  );
}

interface ChangePromptsProps {
  projectId: string;
  kind: Kind;
  rows: Extract<BulkRequest, { screen: "prompts" }>["selection"];
  suggestions: string[];
  onClose: () => void;
  onDone: () => void;
}

function ChangePrompts({ projectId, kind, rows, suggestions, onClose, onDone }: ChangePromptsProps) {
  const t = useTranslations("console.prompts");
  const [value, setValue] = useState("");
  const options = useId();
  const action = actionOf(kind, value.trim());
  return (
    <BulkDialog
      projectId={projectId}
      title={t(`actions.${kind}`)}
      description={t(`hints.${kind}`)}
      request={action && { screen: "prompts", selection: rows, action }}
      say={(_, said) => (said === null || said === undefined ? t("none") : String(said))}
      onClose={onClose}
      onDone={onDone}
    >
      <Field label={kind === "set_category" ? t("category") : t("language")}>
        {(control) => (
          <>
            <Input
              {...control}
              list={options}
              maxLength={100}
              autoComplete="off"
              value={value}
              onChange={(event) => setValue(event.target.value)}
            />
            <datalist id={options}>
              {suggestions.map((suggestion) => (
                <option key={suggestion} value={suggestion} />
              ))}
            </datalist>
          </>
        )}
      </Field>
    </BulkDialog>
  );
}

/** No category takes the category away; a language is always needed. */
function actionOf(kind: Kind, value: string): PromptBulkAction | null {
  if (kind === "set_category") {
    if (value === "") return { kind, category: null };
    return categorySchema.safeParse(value).success ? { kind, category: value } : null;
  }
  return languageTagSchema.safeParse(value).success ? { kind, language: value } : null;
}
