// The frame in which a mail's text is shown: an origin of its own gets a tree and pictures, and tells heights and clicks. What
// it says is taken as coming from a stranger.
import { useEffect, useRef, useState } from "preact/hooks";
import { theme } from "../kit/theme";
import { picture } from "./jmap";
import type { Shown } from "./model";

// contentOrigin is the host beside this one: mail.example.com has content.example.com, and the session may name another.
export function contentOrigin(said?: unknown): string {
  if (typeof said === "string" && said) return said;
  return location.origin.replace("//mail.", "//content.");
}

function isDark(): boolean {
  return theme.value === "dark" || (theme.value === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
}

export interface FrameProps {
  shown: Shown;
  remote: boolean; // pictures from elsewhere may be fetched
  title: string;
  origin: string;
  onLink: (n: number) => void;
  onOver: (n: number | null) => void;
  onKey: (key: string) => void;
}

async function load(shown: Shown, remote: boolean): Promise<Record<string, { type: string; bytes: ArrayBuffer }>> {
  const out: Record<string, { type: string; bytes: ArrayBuffer }> = {};
  const wanted = shown.pictures.filter((p) => remote || !p.remote).slice(0, 200);
  const next = async (): Promise<void> => {
    for (let p = wanted.shift(); p; p = wanted.shift()) {
      try {
        out[p.n] = await picture(shown.id, p.n, p.remote);
      } catch {
        // A picture that cannot be had stays an empty place.
      }
    }
  };
  await Promise.all([next(), next(), next(), next()]);
  return out;
}

export function Frame(p: FrameProps) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState(80);
  const ready = useRef(false);
  const pictures = useRef<Record<string, { type: string; bytes: ArrayBuffer }>>({});
  const now = useRef(p);
  now.current = p;
  const show = () => {
    if (ready.current) frame.current?.contentWindow?.postMessage({ show: now.current.shown.tree, pictures: pictures.current, dark: isDark() }, "*");
  };
  useEffect(() => {
    const hear = (e: MessageEvent) => {
      if (e.source !== frame.current?.contentWindow || !e.data || typeof e.data !== "object") return;
      const d = e.data as Record<string, unknown>;
      if (d.ready === true) {
        ready.current = true;
        show();
      } else if (typeof d.height === "number") setHeight(Math.max(40, Math.min(100_000, Math.ceil(d.height))));
      else if (typeof d.link === "number") now.current.onLink(d.link);
      else if ("over" in d) now.current.onOver(typeof d.over === "number" ? d.over : null);
      else if (typeof d.key === "string" && d.key.length < 12) now.current.onKey(d.key);
    };
    addEventListener("message", hear);
    return () => removeEventListener("message", hear);
  }, []);
  useEffect(() => {
    let current = true;
    pictures.current = {};
    show();
    if (p.shown.pictures.length > 0)
      void load(p.shown, p.remote).then((got) => {
        if (!current) return;
        pictures.current = got;
        show();
      });
    return () => {
      current = false;
    };
  }, [p.shown, p.remote]);
  useEffect(show, [theme.value]);
  // It has no referrer, no name of ours, and the sandbox gives it an origin that is nobody's.
  return <iframe ref={frame} title={p.title} sandbox="allow-scripts" referrerpolicy="no-referrer" src={`${p.origin}/`} style={{ height: `${height}px` }} />;
}
