"use client";
import { useTranslations } from "next-intl";
import { type KeyboardEvent, useState } from "react";
import { keyLabel, keyName } from "@/lib/client/annotate/key-name";
import { usePreferences } from "@/lib/client/annotate/preferences";
import {
  changesOf,
  clashWith,
  DEFAULT_SHORTCUTS,
  isShortcutKey,
  placeOf,
  SHORTCUT_ACTIONS,
  type ShortcutAction,
  type ShortcutMap,
  type ShortcutPlace,
} from "@/lib/domain/shortcuts";
import { Button } from "../button";
import { cn } from "../cn";

const PLACES: ShortcutPlace[] = ["everywhere", "verdict", "turns"];
/** They move on or go away, and so cannot be caught as a new key. */
const PASSES = new Set(["Tab", "Escape", "Shift", "Control", "Alt", "Meta", "CapsLock", "HangulMode"]);

type Trouble =
  | { kind: "unfit" }
  | { kind: "taken"; key: string; by: ShortcutAction }
  | { kind: "failed"; message: string };

/** Each action with its key; press it, then the new key. A key that is taken is refused with the name of what has it. */
export function KeyEditor({ onDone }: { onDone: () => void }) {
  const t = useTranslations("annotate.shortcuts");
  const { keys: stored, save } = usePreferences();
  const [keys, setKeys] = useState<ShortcutMap>(stored);
  const [waiting, setWaiting] = useState<ShortcutAction | null>(null);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [busy, setBusy] = useState(false);

  const press = (action: ShortcutAction, event: KeyboardEvent) => {
    if (waiting !== action) return;
    if (PASSES.has(event.key)) return;
    event.preventDefault();
    const key = keyName(event.nativeEvent);
    if (!isShortcutKey(key)) return setTrouble({ kind: "unfit" });
    const by = clashWith(keys, action, key);
    if (by) return setTrouble({ kind: "taken", key, by });
    setKeys({ ...keys, [action]: key });
    setTrouble(null);
    setWaiting(null);
  };
  const keep = async () => {
    setBusy(true);
    try {
      await save({ shortcuts: changesOf(keys) });
      onDone();
    } catch (error) {
      setTrouble({ kind: "failed", message: (error as Error).message });
    }
    setBusy(false);
  };
  return (
    <div className="flex flex-col gap-4">
      {PLACES.map((place) => (
        <fieldset key={place}>
          <legend className="mb-1 text-sm font-medium text-muted">{t(`place.${place}`)}</legend>
          <ul className="divide-y divide-line">
            {SHORTCUT_ACTIONS.filter((action) => placeOf(action) === place).map((action) => (
              <KeyRow
                key={action}
                action={action}
                assigned={keys[action]}
                waiting={waiting === action}
                onWait={() => {
                  setTrouble(null);
                  setWaiting(waiting === action ? null : action);
                }}
                onPress={(event) => press(action, event)}
                onLeave={() => setWaiting((now) => (now === action ? null : now))}
              />
            ))}
          </ul>
        </fieldset>
      ))}
      <div className="sticky -bottom-4 -mx-4 -mb-4 flex flex-wrap items-center gap-2 border-t border-line bg-surface p-4">
        <p role="status" className="min-h-5 w-full text-sm text-warn">
          {trouble?.kind === "unfit" && t("unfit")}
          {trouble?.kind === "taken" && t("taken", { key: keyLabel(trouble.key), action: t(`action.${trouble.by}`) })}
          {trouble?.kind === "failed" && trouble.message}
        </p>
        <Button variant="ghost" onClick={() => setKeys(DEFAULT_SHORTCUTS)}>
          {t("resetAll")}
        </Button>
        <Button className="ml-auto" onClick={onDone}>
          {t("cancel")}
        </Button>
        <Button variant="primary" busy={busy} onClick={keep}>
          {t("save")}
        </Button>
      </div>
    </div>
  );
}

interface KeyRowProps {
  action: ShortcutAction;
  assigned: string;
  waiting: boolean;
  onWait: () => void;
  onPress: (event: KeyboardEvent) => void;
  onLeave: () => void;
}

function KeyRow({ action, assigned, waiting, onWait, onPress, onLeave }: KeyRowProps) {
  const t = useTranslations("annotate.shortcuts");
  const changed = assigned !== DEFAULT_SHORTCUTS[action];
  return (
    <li className="flex items-center gap-3 py-1.5">
      <span className="min-w-0 flex-1">
        {t(`action.${action}`)}
        {changed && (
          <span className="ml-2 text-xs text-muted">{t("was", { key: keyLabel(DEFAULT_SHORTCUTS[action]) })}</span>
        )}
      </span>
      <Button
        size="sm"
        aria-pressed={waiting}
        aria-label={t("keyOf", { action: t(`action.${action}`), key: keyLabel(assigned) })}
        onClick={onWait}
        onKeyDown={onPress}
        onBlur={onLeave}
        className={cn("min-w-28 font-mono", waiting && "border-accent bg-accent-soft text-accent")}
      >
        {waiting ? t("press") : keyLabel(assigned)}
      </Button>
    </li>
  );
}
