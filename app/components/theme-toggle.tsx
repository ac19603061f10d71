"use client";
import { Monitor, Moon, Sun } from "lucide-react";
import { useTranslations } from "next-intl";
import { useTheme } from "next-themes";
import { useSyncExternalStore } from "react";
import { IconButton } from "./button";

const NEXT = { system: "light", light: "dark", dark: "system" } as const;
const ICONS = { system: Monitor, light: Sun, dark: Moon } as const;
const never = () => () => {};

/** System, light, dark in turn. The server cannot know the choice, so the first paint shows "system". */
export function ThemeToggle() {
  const t = useTranslations("common");
  const { theme, setTheme } = useTheme();
  const hydrated = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
  const current = hydrated && (theme === "light" || theme === "dark") ? theme : "system";
  const Icon = ICONS[current];
  return (
    <IconButton label={t(`theme.${current}`)} onClick={() => setTheme(NEXT[current])}>
      <Icon size={18} aria-hidden />
    </IconButton>
  );
}
