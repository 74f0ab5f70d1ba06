// Who changed what: before and after.
import { useState } from "preact/hooks";
import { fromTo } from "../kit/list";
import { catalogue } from "../kit/text";
import { Grid } from "./grid";
import { Head, Modal, When } from "./part";
import { contract } from "./place";
import { t as frame } from "./shell";
import { say } from "./wording";

const t = catalogue({
  en: { search: "Who or what", at: "Time", who: "Who", what: "What", object: "Object", do: "Change", before: "Before", after: "After", member: "Field", see: "Details", session: "Session in the ledger", nothing: "—" },
  ja: { search: "変更者または対象", at: "日時", who: "変更者", what: "種類", object: "対象", do: "変更", before: "変更前", after: "変更後", member: "項目", see: "詳細", session: "台帳上のセッション", nothing: "—" },
});

interface Change {
  id: number;
  at: string;
  who: string;
  session: string;
  what: string;
  object: string;
  do: string;
  before?: unknown;
  after?: unknown;
}

type Row = Record<string, unknown>;

const rowOf = (x: unknown): Row => (x && typeof x === "object" && !Array.isArray(x) ? (x as Row) : x === undefined || x === null ? {} : { value: x });

const text = (x: unknown) => (x === undefined || x === null || x === "" ? t("nothing") : typeof x === "string" ? x : JSON.stringify(x));

// differing are the members whose value changed.
function differing(c: Change): string[] {
  const [a, b] = [rowOf(c.before), rowOf(c.after)];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((k) => JSON.stringify(a[k]) !== JSON.stringify(b[k]));
}

export function ChangeScreen() {
  const [seen, setSeen] = useState<Change | null>(null);
  return (
    <>
      <Head title={frame("changes")} />
      <Grid<Change>
        label={frame("changes")} path={`/contracts/${contract.value}/changes`} keyOf={(c) => c.id} file="changes" search={t("search")} filters={fromTo()}
        columns={[
          { title: t("at"), cell: (c) => <When at={c.at} /> },
          { title: t("who"), cell: (c) => c.who, kind: "main" },
          { title: t("what"), cell: (c) => say("what", c.what) },
          { title: t("object"), cell: (c) => c.object, kind: "wide" },
          { title: t("do"), cell: (c) => <>{say("do", c.do)} <span class="quiet">{differing(c).slice(0, 4).join(", ")}</span></> },
          { title: "", kind: "act", cell: (c) => <button class="button small" aria-label={`${t("see")}: ${c.object}`} onClick={() => setSeen(c)}>{t("see")}</button> },
        ]}
      />
      {seen && (
        <Modal title={`${say("what", seen.what)} ${seen.object}`} close={() => setSeen(null)} wide>
          <div class="stack">
            <p>{seen.who} · <When at={seen.at} /> · {say("do", seen.do)}</p>
            <table class="plain changed">
              <thead><tr><th scope="col">{t("member")}</th><th scope="col">{t("before")}</th><th scope="col">{t("after")}</th></tr></thead>
              <tbody>{differing(seen).map((k) => <tr key={k}><th scope="row">{k}</th><td><pre>{text(rowOf(seen.before)[k])}</pre></td><td><pre>{text(rowOf(seen.after)[k])}</pre></td></tr>)}</tbody>
            </table>
            <p class="quiet">{t("session")}: {seen.session}</p>
          </div>
        </Modal>
      )}
    </>
  );
}
