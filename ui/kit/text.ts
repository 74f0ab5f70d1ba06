// Texts in the languages that the apps speak. A catalogue is one object per language with the same keys, checked by the
// compiler; which language is shown can change while the page is open.
import { signal } from "@preact/signals";

export type Language = "en" | "ja";

const kept = "sekisho-language";

function first(): Language {
  const asked = new URLSearchParams(location.search).get("lang") ?? remembered(kept) ?? navigator.language;
  return asked.toLowerCase().startsWith("ja") ? "ja" : "en";
}

// remembered reads what this browser keeps for the origin; nothing when it keeps nothing (private windows, blocked storage).
export function remembered(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

// remember keeps a setting of this browser; null forgets it.
export function remember(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // It is a convenience only.
  }
}

export const language = signal<Language>(first());

export function setLanguage(l: Language): void {
  language.value = l;
  remember(kept, l);
  document.documentElement.lang = l;
}

document.documentElement.lang = language.value;

// catalogue gives a function from key to text. {name} in a text is replaced by the value of that name.
export function catalogue<K extends string>(texts: { en: Record<K, string>; ja: Record<K, string> }) {
  return (key: K, values?: Record<string, string | number>): string => {
    let text: string = texts[language.value][key];
    for (const name in values) text = text.replaceAll(`{${name}}`, String(values[name]));
    return text;
  };
}

// Dates as people of the language write them.
export function day(d: Date): string {
  return new Intl.DateTimeFormat(language.value, { year: "numeric", month: "short", day: "numeric" }).format(d);
}

export function moment(d: Date): string {
  return new Intl.DateTimeFormat(language.value, { year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" }).format(d);
}

// brief is a moment without its year where that is this one.
export function brief(d: Date): string {
  if (d.getFullYear() !== new Date().getFullYear()) return moment(d);
  return new Intl.DateTimeFormat(language.value, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" }).format(d);
}

// bytes is a size for people.
export function bytes(n: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let i = 0;
  while (n >= 1000 && i < units.length - 1) {
    n /= 1000;
    i++;
  }
  return `${i > 0 && n < 10 ? n.toFixed(1) : Math.round(n)} ${units[i]}`;
}
