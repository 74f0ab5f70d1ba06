// Where the person is: a path and a query behind the "#" of the page's address, so that every screen and every list, as it is
// searched and filtered, has a link of its own; what stands there is not sent to a server and not in its log.
import { computed, signal } from "@preact/signals";

export interface Place {
  path: string[]; // "7", "traces", "1k2m3n"
  query: URLSearchParams;
}

function read(): Place {
  const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?", 2);
  return { path: path.split("/").filter(Boolean).map(decoded), query: new URLSearchParams(query) };
}

// decoded is a part of a path as it was before link wrote it; a broken one stays as it is.
function decoded(s: string): string {
  try {
    return decodeURIComponent(s);
  } catch {
    return s;
  }
}

export const place = signal<Place>(read());

addEventListener("hashchange", () => (place.value = read()));

// contract is the number of the contract that the screen is about; 0 when it is about none.
export const contract = computed(() => (/^[1-9]\d{0,15}$/.test(place.value.path[0] ?? "") ? Number(place.value.path[0]) : 0));

// screen are the parts of the path after the contract.
export const screen = computed(() => (contract.value ? place.value.path.slice(1) : place.value.path));

// link is the address of a screen.
export function link(path: (string | number)[], query?: URLSearchParams | Record<string, string>): string {
  const q = new URLSearchParams(query).toString();
  return "#/" + path.map((p) => encodeURIComponent(String(p))).join("/") + (q ? "?" + q : "");
}

export function go(path: (string | number)[], query?: URLSearchParams | Record<string, string>): void {
  location.hash = link(path, query);
}

// amend changes the query of the place: what is empty goes away. A filter that is typed makes no new step back.
export function amend(change: Record<string, string>, step = true): void {
  const q = new URLSearchParams(place.value.query);
  for (const [name, value] of Object.entries(change)) {
    if (value) q.set(name, value);
    else q.delete(name);
  }
  const to = link(place.value.path, q);
  if (to === location.hash) return;
  if (step) location.hash = to;
  else {
    history.replaceState(null, "", to);
    place.value = read();
  }
}
