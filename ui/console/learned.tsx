// Who has taught how much about spam, and forgetting it.
import { useState } from "preact/hooks";
import { bytes, catalogue } from "../kit/text";
import { write } from "./api";
import { Confirm } from "./form";
import { Grid } from "./grid";
import type { Learned } from "./model";
import { Head, When, tell } from "./part";
import { contract } from "./place";
import { may, t as frame } from "./shell";

const t = catalogue({
  en: {
    about: "Moving mail into Junk or out of it teaches: at once for that person, for everybody when three people agree. Which mails and words they were is not kept in the clear.", search: "Address", who: "Who", all: "The whole contract", ham: "Wanted", spam: "Unwanted", waiting: "Not opened yet", size: "Size", at: "Last", reset: "Forget", sure: "Forget everything that was taught here? Mail is judged as by a new installation then.", done: "Forgotten.", none: "Nobody has taught anything yet.",
  },
  ja: {
    about: "メールを迷惑メールに移す、または戻すと学習します。本人にはすぐに、3人の意見が一致すると全員に反映されます。どのメール・語句だったかは、読める形では保存しません。", search: "アドレス", who: "対象", all: "契約全体", ham: "必要", spam: "不要", waiting: "未処理", size: "サイズ", at: "最終", reset: "リセット", sure: "ここで学習した内容をすべて消去しますか？ 導入直後と同じ判定に戻ります。", done: "消去しました。", none: "まだ誰も学習させていません。",
  },
});

export function LearnedScreen() {
  const root = `/contracts/${contract.value}/learned`;
  const [round, setRound] = useState(0);
  const [wish, setWish] = useState<Learned | null>(null);
  const name = (x: Learned) => (x.account ? x.address : t("all"));
  return (
    <>
      <Head title={frame("learned")} about={t("about")} />
      <Grid<Learned>
        label={frame("learned")} path={root} keyOf={(x) => x.account} file="learned" round={round} empty={t("none")}
        columns={[
          { title: t("who"), cell: name, kind: "main" },
          { title: t("ham"), cell: (x) => x.ham, kind: "number" },
          { title: t("spam"), cell: (x) => x.spam, kind: "number" },
          { title: t("waiting"), cell: (x) => x.waiting, kind: "number" },
          { title: t("size"), cell: (x) => bytes(x.bytes), kind: "number" },
          { title: t("at"), cell: (x) => <When at={x.at} /> },
          { title: "", kind: "act", cell: (x) => may("policy:change") && <button class="button small danger" aria-label={`${t("reset")}: ${name(x)}`} onClick={() => setWish(x)}>{t("reset")}</button> },
        ]}
      />
      {wish && <Confirm title={t("reset")} act={t("reset")} close={() => setWish(null)} about={<><p><b>{name(wish)}</b></p><p>{t("sure")}</p></>} save={async (key) => (await write("DELETE", `${root}/${wish.account}`, undefined, "", key), setWish(null), setRound(round + 1), tell(t("done")))} />}
    </>
  );
}
