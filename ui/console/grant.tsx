// Grants: an operator's way into a customer's data, and what was looked at by it.
import { useState } from "preact/hooks";
import { fromTo } from "../kit/list";
import { catalogue, moment } from "../kit/text";
import { write } from "./api";
import { AskForm } from "./ask";
import { Form } from "./form";
import { Grid } from "./grid";
import type { Grant } from "./model";
import { Head, State, When, tell } from "./part";
import { contract, link, place } from "./place";
import { may, me, t as frame } from "./shell";
import { say } from "./wording";

const t = catalogue({
  en: {
    about: "The operator reads your data only with a grant: for a reason and a time, with your word or a second operator's.", grants: "Grants", accesses: "Accesses", who: "Who", reason: "Reason", asked: "Requested", minutes: "Duration", state: "State", by: "Decided by", until: "Until",
    n: "{n} min", approve: "Approve", refuse: "Refuse", end: "End now", ask: "Request access", decided: "Done.",
    sure: "{who} asks for access for {n} minutes: {reason}", at: "Time", what: "What", object: "Object", grant: "Grant", setup: "during setup",
  },
  ja: {
    about: "運用者がお客様のデータを閲覧できるのは、理由と期限のある許可がある場合だけです。許可はお客様または別の運用者が行います。", grants: "閲覧許可", accesses: "閲覧記録", who: "申請者", reason: "理由", asked: "申請日時", minutes: "期間", state: "状態", by: "決定者", until: "期限",
    n: "{n} 分", approve: "許可", refuse: "却下", end: "今すぐ終了", ask: "閲覧許可を申請", decided: "完了しました。",
    sure: "{who} が {n} 分間の閲覧を申請しています。理由: {reason}", at: "日時", what: "対象", object: "項目", grant: "許可", setup: "初期設定時",
  },
});

interface Access {
  id: number;
  grant: number;
  at: string;
  who: string;
  what: string;
  object: string;
}

function Grants({ round, next }: { round: number; next: () => void }) {
  const [asking, setAsking] = useState<{ grant: Grant; do: "approve" | "refuse" | "end" } | null>(null);
  const of = contract.value;
  return (
    <>
      <Grid<Grant>
        label={t("grants")} path={`/contracts/${of}/grants`} keyOf={(g) => g.id} file="grants" round={round}
        columns={[
          { title: t("who"), cell: (g) => g.who, kind: "main" },
          { title: t("reason"), cell: (g) => (g.setup ? `${g.reason} (${t("setup")})` : g.reason), kind: "wide" },
          { title: t("state"), cell: (g) => <State family="state" code={g.state} /> },
          { title: t("asked"), cell: (g) => <When at={g.asked} /> },
          { title: t("minutes"), cell: (g) => t("n", { n: g.minutes }), kind: "number" },
          { title: t("until"), cell: (g) => <When at={g.until} /> },
          { title: t("by"), cell: (g) => g.by || "—" },
          {
            title: "", kind: "act", cell: (g) => may("grant:approve") && (
              <>
                {g.state === "asked" && g.who !== me.value!.address && <button class="button small" onClick={() => setAsking({ grant: g, do: "approve" })}>{t("approve")}</button>}
                {g.state === "asked" && <button class="button small" onClick={() => setAsking({ grant: g, do: "refuse" })}>{t("refuse")}</button>}
                {g.state === "standing" && <button class="button small danger" onClick={() => setAsking({ grant: g, do: "end" })}>{t("end")}</button>}
              </>
            ),
          },
        ]}
      />
      {asking && (
        <Form
          title={t(asking.do)} act={t(asking.do)} fields={[]} danger={asking.do !== "approve"} close={() => setAsking(null)}
          about={t("sure", { who: asking.grant.who, n: asking.grant.minutes, reason: asking.grant.reason })}
          save={async (_, key) => {
            await write("POST", `/contracts/${of}/grants/${asking.grant.id}/decide`, { do: asking.do }, "", key);
            tell(t("decided"));
            next();
          }}
        />
      )}
    </>
  );
}

function Accesses() {
  return (
    <Grid<Access>
      label={t("accesses")} path={`/contracts/${contract.value}/accesses`} keyOf={(a) => a.id} file="accesses" filters={fromTo()}
      columns={[
        { title: t("at"), cell: (a) => moment(new Date(a.at)) },
        { title: t("who"), cell: (a) => a.who, kind: "main" },
        { title: t("what"), cell: (a) => say("what", a.what) },
        { title: t("object"), cell: (a) => a.object, kind: "wide" },
        { title: t("grant"), cell: (a) => `#${a.grant}`, kind: "number" },
      ]}
    />
  );
}

export function GrantScreen() {
  const [round, setRound] = useState(0);
  const [asking, setAsking] = useState(false);
  const second = place.value.path[2] === "accesses";
  const tab = (path: string[], label: string, here: boolean) => <a href={link([contract.value, "grants", ...path])} aria-current={here ? "page" : undefined}>{label}</a>;
  return (
    <>
      <Head title={frame("grants")} about={t("about")}>{may("grant:ask") && <button class="button primary" onClick={() => setAsking(true)}>{t("ask")}</button>}</Head>
      <nav class="tabs" aria-label={frame("grants")}>{tab([], t("grants"), !second)}{tab(["accesses"], t("accesses"), second)}</nav>
      {second ? <Accesses /> : <Grants round={round} next={() => setRound(round + 1)} />}
      {asking && <AskForm close={() => setAsking(false)} done={() => setRound(round + 1)} />}
    </>
  );
}
