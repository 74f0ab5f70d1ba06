// An operator asks for a grant.
import { useState } from "preact/hooks";
import type { Problem } from "../kit/http";
import { catalogue } from "../kit/text";
import { write } from "./api";
import { Form } from "./form";
import { Fault, tell } from "./part";
import { contract, link } from "./place";

const t = catalogue({
  en: { reason: "Reason", ask: "Request access", reasonHelp: "The customer reads this. At least 10 characters.", minutesLabel: "Minutes", minutesHelp: "5 to 720; 240 is usual.", sent: "The request was sent. You have access once it is approved.", look: "See the requests" },
  ja: { reason: "理由", ask: "閲覧許可を申請", reasonHelp: "お客様に表示されます。10文字以上で入力してください。", minutesLabel: "分数", minutesHelp: "5〜720。通常は 240。", sent: "申請しました。許可されると閲覧できます。", look: "申請一覧を見る" },
});

export function AskForm({ close, done }: { close: () => void; done: () => void }) {
  return (
    <Form
      title={t("ask")} act={t("ask")} close={close}
      fields={[{ name: "reason", label: t("reason"), kind: "area", required: true, help: t("reasonHelp") }, { name: "minutes", label: t("minutesLabel"), kind: "number", value: 240, help: t("minutesHelp") }]}
      save={async (v, key) => {
        await write("POST", `/contracts/${contract.value}/grants`, v, "", key);
        tell(t("sent"));
        done();
      }}
    />
  );
}

export function AskGrant({ problem }: { problem: Problem }) {
  const [open, setOpen] = useState(false);
  return (
    <div class="stack">
      <Fault problem={problem} />
      <p class="row">
        <button class="button primary" onClick={() => setOpen(true)}>{t("ask")}</button>
        <a class="button" href={link([contract.value, "grants"])}>{t("look")}</a>
      </p>
      {open && <AskForm close={() => setOpen(false)} done={() => {}} />}
    </div>
  );
}
