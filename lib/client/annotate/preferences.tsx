"use client";
/** The person's own preferences for everything below: the page gives those of the server, a change is kept there. */
import { createContext, type ReactNode, useContext, useMemo, useState } from "react";
import { DEFAULT_PREFERENCES, type Preferences, updatePreferences } from "@/lib/contracts/preferences";
import { DEFAULT_SHORTCUTS, type ShortcutMap, shortcutsWith } from "@/lib/domain/shortcuts";
import { callFor } from "../call";

interface PreferencesValue {
  preferences: Preferences;
  /** The key of every action. */
  keys: ShortcutMap;
  /** Throws ProblemError; then nothing has changed. */
  save: (changes: Partial<Preferences>) => Promise<void>;
}

const Context = createContext<PreferencesValue>({
  preferences: DEFAULT_PREFERENCES,
  keys: DEFAULT_SHORTCUTS,
  save: () => Promise.reject(new Error("no PreferencesProvider above")),
});

export function PreferencesProvider({ initial, children }: { initial: Preferences; children: ReactNode }) {
  const [preferences, setPreferences] = useState(initial);
  const value = useMemo(
    () => ({
      preferences,
      keys: shortcutsWith(preferences.shortcuts),
      save: async (changes: Partial<Preferences>) =>
        setPreferences(await callFor(updatePreferences, { body: changes })),
    }),
    [preferences],
  );
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

export const usePreferences = (): PreferencesValue => useContext(Context);
/** The key of every action, with what the person changed. */
export const useKeys = (): ShortcutMap => useContext(Context).keys;
