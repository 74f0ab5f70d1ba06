// The rules of a contract: written, tried on mail that came, put into force, and their earlier versions.
import { useEffect, useState } from "preact/hooks";
import type { Problem } from "../kit/http";
import { catalogue } from "../kit/text";
import { readTagged, write } from "./api";
import { Comparison, Editor, compare, show, type Mark } from "./editor";
import { Form } from "./form";
import { Grid, refused } from "./grid";
import type { PolicyVersion, Remark } from "./model";
import { Fault, Head, Modal, When, problemOf, tell } from "./part";
import { contract, link, place } from "./place";
import { may, t as frame } from "./shell";
import { Remarks } from "./remark";
import { Trial } from "./trial";

const t = catalogue({
  en: {
    about: "Rules are tried from the top. Try them on mail that came before you put them into force.", text: "Rules (TOML)", save: "Put into force", sure: "These lines change. The rules hold for the next mail.", same: "Nothing was changed.", saved: "The new rules are in force.", undo: "Discard changes", byDefault: "The contract has no rules of its own: these are the default ones.",
    rules: "Rules", versions: "Versions", version: "Version", at: "Time", who: "Who", see: "Compare", take: "Take into the editor", line: "Line {n}", loading: "Loading …", changed: "Not in force yet", compared: "Version {n}, compared with the rules in force", taken: "Version {n} is in the editor. It is not in force yet.", wrong: "What is wrong", back: "Back to the rules before", backSure: "The rules that were in force before this version come back; the same button takes that back again.", isBack: "The rules before are in force again.",
  },
  ja: {
    about: "規則は上から順に適用されます。適用する前に、届いたメールで試すことができます。", text: "規則（TOML）", save: "適用する", sure: "次の行が変わります。次のメールから適用されます。", same: "変更はありません。", saved: "新しい規則を適用しました。", undo: "変更を破棄", byDefault: "独自の規則はありません。標準の規則が適用されています。",
    rules: "規則", versions: "履歴", version: "版", at: "日時", who: "変更者", see: "比較", take: "編集に取り込む", line: "{n} 行目", loading: "読み込み中…", changed: "未適用の変更があります", compared: "第 {n} 版と現在の規則の比較", taken: "第 {n} 版を編集に取り込みました。まだ適用されていません。", wrong: "誤りのある箇所", back: "前の規則に戻す", backSure: "この版の前に適用されていた規則に戻します。同じボタンで取り消せます。", isBack: "前の規則を適用しました。",
  },
});

interface Policy {
  text: string;
  default: boolean;
  remarks: Remark[];
}

// marksOf are the lines that the server names.
function marksOf(p: Problem | null): Mark[] {
  return (p?.errors ?? []).flatMap((e) => {
    const m = /^\/text\/line\/(\d+)$/.exec(e.pointer);
    return m ? [{ line: Number(m[1]), text: e.detail }] : [];
  });
}

export function PolicyScreen() {
  const of = contract.value;
  const [policy, setPolicy] = useState<(Policy & { tag: string }) | null>(null);
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [asking, setAsking] = useState<"" | "save" | "back">("");
  const versions = place.value.path[2] === "versions";
  const load = () => readTagged<Policy>(`/contracts/${of}/policy`).then(({ body, tag }) => (setPolicy({ ...body, tag }), setText(body.text), setProblem(null)), (e) => setProblem(problemOf(e)));
  useEffect(() => void load(), [of]);
  const marks = marksOf(problem);
  const dirty = !!policy && text !== policy.text;
  useEffect(() => {
    if (!dirty) return;
    const warn = (e: BeforeUnloadEvent) => e.preventDefault();
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [dirty]);
  const tab = (path: string[], label: string, here: boolean) => <a href={link([of, "policy", ...path])} aria-current={here ? "page" : undefined}>{label}</a>;
  return (
    <>
      <Head title={frame("policy")} about={t("about")}>
        {dirty && <span class="state warn">{t("changed")}</span>}
        {dirty && <button class="button" onClick={() => (setText(policy.text), setProblem(null))}>{t("undo")}</button>}
        {may("policy:change") && policy && !policy.default && !dirty && <button class="button" onClick={() => setAsking("back")}>{t("back")}</button>}
        {may("policy:change") && <button class="button primary" disabled={!dirty} onClick={() => setAsking("save")}>{t("save")}</button>}
      </Head>
      <nav class="tabs" aria-label={frame("policy")}>{tab([], t("rules"), !versions)}{tab(["versions"], t("versions"), versions)}</nav>
      {problem && !policy && refused(problem)}
      {!policy && !problem && <p class="quiet" role="status">{t("loading")}</p>}
      {policy && !versions && (
        <div class="stack">
          {policy.default && <p class="note">{t("byDefault")}</p>}
          {!dirty && <Remarks list={policy.remarks} />}
          <div id="editor-marks">{problem && (marks.length > 0 ? <Wrong marks={marks} /> : <Fault problem={problem} />)}</div>
          <div class="columns even policy">
            <Editor label={t("text")} text={text} change={setText} marks={marks} readOnly={!may("policy:change")} />
            <Trial text={dirty ? text : ""} failed={setProblem} />
          </div>
        </div>
      )}
      {policy && versions && <Versions now={policy.text} take={(v) => (setText(v.text), setProblem(null), tell(t("taken", { n: v.version })))} />}
      {asking === "back" && policy && (
        <Form
          title={t("back")} act={t("back")} fields={[]} close={() => setAsking("")} about={<p>{t("backSure")}</p>}
          save={async (_, key) => {
            await write("POST", `/contracts/${of}/policy/undo`, undefined, policy.tag, key);
            await load();
            tell(t("isBack"));
          }}
        />
      )}
      {asking === "save" && policy && (
        <Form
          title={t("save")} act={t("save")} fields={[]} close={() => setAsking("")} about={<><p>{t("sure")}</p><Comparison list={compare(policy.text, text)} /></>}
          save={async (_, key) => {
            try {
              await write("PUT", `/contracts/${of}/policy`, { text }, policy.tag, key);
            } catch (e) {
              const p = problemOf(e);
              if (marksOf(p).length === 0) throw e;
              setProblem(p);
              return;
            }
            await load();
            tell(t("saved"));
          }}
        />
      )}
    </>
  );
}

function Wrong({ marks }: { marks: Mark[] }) {
  return (
    <div class="note bad" role="alert">
      <strong>{t("wrong")}</strong>
      <ul>{marks.map((m) => <li key={m.line}><button class="inline" onClick={() => show(m.line)}>{t("line", { n: m.line })}</button> {m.text}</li>)}</ul>
    </div>
  );
}

function Versions({ now, take }: { now: string; take: (v: PolicyVersion) => void }) {
  const of = contract.value;
  const [seen, setSeen] = useState<PolicyVersion | null>(null);
  return (
    <>
      <Grid<PolicyVersion>
        label={t("versions")} path={`/contracts/${of}/policy/versions`} keyOf={(v) => v.version} file="policy-versions"
        columns={[
          { title: t("version"), cell: (v) => v.version, kind: "number" },
          { title: t("at"), cell: (v) => <When at={v.at} /> },
          { title: t("who"), cell: (v) => v.who, kind: "main" },
          {
            title: "", kind: "act", cell: (v) => (
              <>
                <button class="button small" onClick={() => setSeen(v)}>{t("see")}</button>
                {may("policy:change") && <a class="button small" href={link([of, "policy"])} onClick={() => take(v)}>{t("take")}</a>}
              </>
            ),
          },
        ]}
      />
      {seen && (
        <Modal title={t("compared", { n: seen.version })} close={() => setSeen(null)} wide>
          {seen.text === now ? <p>{t("same")}</p> : <Comparison list={compare(now, seen.text)} />}
        </Modal>
      )}
    </>
  );
}
