// The person's own list: whose mail is not taken for spam, and whose goes to Junk.
import { useEffect, useState } from "preact/hooks";
import { IconButton } from "../kit/icon";
import { catalogue, moment } from "../kit/text";
import { fail, toast } from "../kit/toast";
import { Refusal, call, set, type Changed } from "./jmap";

const t = catalogue({
  en: {
    about: "Mail of an allowed address is not taken for spam, when it is proven to come from there; everything else is checked as ever. Mail of a blocked address goes to Junk.", off: "Your organisation has one list for everybody; your own is not used.", address: "Address", stance: "What", allow: "Allow", block: "Block", add: "Add", added: "Added", remove: "Take off the list", removed: "Taken off the list", search: "Search", none: "The list is empty.", nothing: "Nothing found.",
  },
  ja: {
    about: "許可したアドレスのメールは、送信元を確認できた場合、迷惑メールとして扱いません（その他の検査は通常どおり行います）。拒否したアドレスのメールは迷惑メールに入ります。", off: "組織全体のリストだけが使われます。個人のリストは無効です。", address: "アドレス", stance: "扱い", allow: "許可", block: "拒否", add: "追加", added: "追加しました", remove: "リストから外す", removed: "リストから外しました", search: "検索", none: "リストは空です。", nothing: "見つかりません。",
  },
});

interface Sender {
  id: string;
  address: string;
  stance: "allow" | "block";
  at: string;
}

export function SenderPage() {
  const [list, setList] = useState<Sender[] | null>(null);
  const [off, setOff] = useState(false);
  const [text, setText] = useState("");
  const [fault, setFault] = useState("");
  const load = () => call<{ list: Sender[]; off: boolean }>("Sender/get", { ids: null }).then((r) => (setList(r.list), setOff(r.off)), fail);
  useEffect(() => void load(), []);
  if (!list) return null;
  const add = async (e: SubmitEvent) => {
    e.preventDefault();
    const form = e.currentTarget as HTMLFormElement;
    const f = new FormData(form);
    setFault("");
    try {
      const r = await call<Changed<unknown>>("Sender/set", { create: { new: { address: String(f.get("address")).trim(), stance: String(f.get("stance")) } } });
      const bad = r.notCreated?.new;
      if (bad) throw new Refusal(bad.type, bad.description ?? bad.type);
      form.reset();
      toast({ text: t("added") });
      await load();
    } catch (e) {
      setFault(e instanceof Error ? e.message : String(e));
    }
  };
  const remove = (x: Sender) => set("Sender", { destroy: [x.id] }).then(() => (toast({ text: t("removed") }), load()), fail);
  const shown = list.filter((x) => x.address.includes(text.trim().toLowerCase()));
  return (
    <section class="form wide">
      <p class="about">{t("about")}</p>
      {off && <p class="note">{t("off")}</p>}
      <form class="condition" onSubmit={add}>
        <input class="input" name="address" type="email" required maxLength={320} aria-label={t("address")} placeholder={t("address")} disabled={off} />
        <select class="input" name="stance" aria-label={t("stance")} disabled={off}><option value="allow">{t("allow")}</option><option value="block">{t("block")}</option></select>
        <button class="button primary" disabled={off}>{t("add")}</button>
      </form>
      <div role="alert">{fault && <p class="note bad">{fault}</p>}</div>
      <p><input type="search" class="input" aria-label={t("search")} placeholder={t("search")} value={text} onInput={(e) => setText(e.currentTarget.value)} /></p>
      <ul class="cards">
        {shown.map((x) => (
          <li key={x.id} class="card">
            <div><p class="title">{x.address}</p><p class="small">{t(x.stance)} · {moment(new Date(x.at))}</p></div>
            <div class="buttons"><IconButton icon="trash" label={`${t("remove")}: ${x.address}`} onClick={() => void remove(x)} /></div>
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p>{t(list.length ? "nothing" : "none")}</p>}
    </section>
  );
}
