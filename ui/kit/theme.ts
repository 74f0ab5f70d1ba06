// Light, dark, or what the system says.
import { signal } from "@preact/signals";
import { remember, remembered } from "./text";

export type Theme = "system" | "light" | "dark";

const kept = "sekisho-theme";

function show(t: Theme): void {
  if (t === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = t;
}

function first(): Theme {
  const t = remembered(kept);
  return t === "light" || t === "dark" ? t : "system";
}

export const theme = signal<Theme>(first());

export function setTheme(t: Theme): void {
  theme.value = t;
  remember(kept, t === "system" ? null : t);
  show(t);
}

show(theme.value);
