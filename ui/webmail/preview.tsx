// Pages of an attachment as pictures: the server draws them, so that nothing here opens the file.
import { useEffect, useState } from "preact/hooks";
import { Dialog } from "../kit/dialog";
import { Icon } from "../kit/icon";
import { Problem } from "../kit/http";
import { page } from "./jmap";
import type { Attached } from "./model";
import { t } from "./word";

// why says why a page cannot be seen.
function why(e: unknown): string {
  if (!(e instanceof Problem)) return e instanceof Error ? e.message : String(e);
  return e.kind === "locked" ? t("previewLocked") : e.kind === "unreadable" ? t("previewUnreadable") : e.detail || e.title;
}

// Buttons at the ends are not disabled but say so: one that is disabled would lose the focus, and keys would go elsewhere.
// Preview shows one page at a time; arrow keys, Page Up, Page Down, Home and End turn pages.
export function Preview({ a, onClose }: { a: Attached; onClose: () => void }) {
  const [n, setPage] = useState(1);
  const [made, setMade] = useState({ n: 0, url: "" });
  const [fault, setFault] = useState("");
  useEffect(() => {
    let current = true;
    let url = "";
    setFault("");
    page(a.blobId, n).then((b) => {
      if (!current) return;
      url = URL.createObjectURL(b);
      setMade({ n, url });
    }, (e) => current && setFault(why(e)));
    return () => {
      current = false;
      if (url) URL.revokeObjectURL(url);
    };
  }, [a.blobId, n]);
  const turn = (to: number) => setPage(Math.min(a.pages, Math.max(1, to)));
  const onKey = (e: KeyboardEvent) => {
    const to = { ArrowRight: n + 1, PageDown: n + 1, ArrowLeft: n - 1, PageUp: n - 1, Home: 1, End: a.pages }[e.key];
    if (to === undefined || e.ctrlKey || e.metaKey || e.altKey) return;
    e.preventDefault();
    turn(to);
  };
  const name = a.name || a.type;
  return (
    <Dialog title={`${t("preview")}: ${name}`} onClose={onClose} wide class="previewer">
      <div class="preview-pages" onKeyDown={onKey}>
        <p class="hint">{t("previewHint")}</p>
        {a.danger && <p class="note warn">{a.danger.reason}</p>}
        {a.pages > 1 && (
          <nav aria-label={t("previewTurn")}>
            <button type="button" class="button" aria-disabled={n <= 1} onClick={() => turn(n - 1)}><Icon name="back" /> {t("previousPage")}</button>
            <span role="status">{t("pageOf", { n, of: a.pages })}</span>
            <button type="button" class="button" aria-disabled={n >= a.pages} onClick={() => turn(n + 1)}>{t("nextPage")} <Icon name="arrow" /></button>
          </nav>
        )}
        <div class="preview-page" tabIndex={0} autofocus role="group" aria-label={t("pageOf", { n, of: a.pages })}>
          {fault ? <p class="note bad" role="alert">{fault}</p> : made.n === n ? <img src={made.url} alt={t("pageAlt", { name, n, of: a.pages })} /> : <p class="waiting-text" role="status">{t("loading")}</p>}
        </div>
      </div>
    </Dialog>
  );
}
