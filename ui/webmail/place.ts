// Where the person is: kept in the fragment of the address, so that back, forward, reload and a copied link work. The server
// never sees it.
import { computed, signal } from "@preact/signals";

export type Screen = "mail" | "kept" | "contact" | "setting";

export interface Place {
  screen: Screen;
  part: string; // mail: the mailbox's id, or "search"; kept: "quarantine" or "hold"; setting: which page
  query: string; // what is searched for
  mail: string; // the mail that is open
}

function read(): Place {
  const [path = "", rest = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [screen = "", part = "", mail = ""] = path.split("/").map((s) => {
    try {
      return decodeURIComponent(s);
    } catch {
      return "";
    }
  });
  const known: Screen[] = ["mail", "kept", "contact", "setting"];
  return { screen: known.find((k) => k === screen) ?? "mail", part, mail, query: new URLSearchParams(rest).get("q") ?? "" };
}

export const place = signal<Place>(read());
addEventListener("hashchange", () => (place.value = read()));

export function address(p: Partial<Place>): string {
  const parts = [p.screen ?? "mail", p.part ?? "", p.mail ?? ""];
  while (parts.length > 1 && parts[parts.length - 1] === "") parts.pop();
  return "#/" + parts.map(encodeURIComponent).join("/") + (p.query ? "?q=" + encodeURIComponent(p.query) : "");
}

// go changes the place. instead: the place before it is not one to come back to.
export function go(p: Partial<Place>, instead = false): void {
  const to = address(p);
  if (to === location.hash) return;
  if (instead) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  place.value = read();
}
addEventListener("popstate", () => (place.value = read()));

export const narrow = signal(matchMedia("(max-width: 760px)").matches);
matchMedia("(max-width: 760px)").addEventListener("change", (e) => (narrow.value = e.matches));

// list is the place without the mail: what the middle pane shows.
export const list = computed(() => JSON.stringify([place.value.screen, place.value.part, place.value.query]));
