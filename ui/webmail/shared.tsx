// Files that the person's mails left at the desk: who had them, and stopping that.
import { useEffect, useState } from "preact/hooks";
import { confirm } from "../kit/dialog";
import { catalogue, moment } from "../kit/text";
import { fail, toast } from "../kit/toast";
import { call } from "./jmap";
import type { Share } from "./model";

const t = catalogue({
  en: {
    shareAbout: "Attachments that your organisation's rules sent as links. Each recipient had his own link.", shareNone: "No files are shared",
    to: "To", files: "{n} files", open: "Until {when}", stopped: "Stopped", expired: "Over", stop: "Stop", stopSure: "Delete these files?", stopText: "Nobody can open the links any more. This cannot be undone.", stopDone: "The files are deleted.",
    opened: "opened {n} times", log: "What happened", "did.code": "asked for a code", "did.wrong": "typed a wrong code", "did.locked": "locked after too many wrong codes", "did.opened": "opened the list of files", "did.downloaded": "downloaded file {n}", "did.stopped": "stopped", "did.expired": "over, files deleted",
  },
  ja: {
    shareAbout: "組織のルールにより、リンクで送られた添付ファイルです。リンクは宛先ごとに異なります。", shareNone: "共有中のファイルはありません",
    to: "宛先", files: "ファイル {n} 件", open: "期限: {when}", stopped: "停止済み", expired: "期限切れ", stop: "停止", stopSure: "ファイルを削除しますか？", stopText: "リンクは開けなくなります。元に戻せません。", stopDone: "ファイルを削除しました。",
    opened: "{n} 回開封", log: "記録", "did.code": "確認コードを請求", "did.wrong": "確認コードの誤り", "did.locked": "誤りが多いためロック", "did.opened": "ファイル一覧を表示", "did.downloaded": "ファイル {n} をダウンロード", "did.stopped": "停止", "did.expired": "期限切れ、ファイルを削除",
  },
});

const did = (what: string, n: number) => (["code", "wrong", "locked", "opened", "downloaded", "stopped", "expired"].includes(what) ? t(`did.${what}` as Parameters<typeof t>[0], { n: String(n) }) : what);

export function SharedList() {
  const [list, setList] = useState<Share[] | null>(null);
  const load = async () => {
    try {
      setList((await call<{ list: Share[] }>("Share/get", { ids: null })).list);
    } catch (e) {
      fail(e);
      setList((old) => old ?? []);
    }
  };
  useEffect(() => void load(), []);
  const stop = async (s: Share) => {
    if (!(await confirm({ title: t("stopSure"), text: t("stopText"), yes: t("stop"), danger: true }))) return;
    try {
      await call("Share/set", { update: { [s.id]: { state: "stopped" } } });
      toast({ text: t("stopDone") });
    } catch (e) {
      fail(e);
    }
    void load();
  };
  return (
    <>
      <p class="about">{t("shareAbout")}</p>
      <ul class="cards">
        {list?.map((s) => (
          <li key={s.id} class="card">
            <div>
              <p class="title">{s.to.map((x) => x.address).join(", ")}</p>
              <p>{t("files", { n: String(s.files) })} · {s.to.map((x) => `${x.address} ${t("opened", { n: String(x.opened) })}`).join(", ")}</p>
              <p class="small">{moment(new Date(s.at))} · {s.state === "open" ? t("open", { when: moment(new Date(s.until)) }) : t(s.state)} · {s.trace}</p>
              {s.events.length > 0 && (
                <details>
                  <summary>{t("log")}</summary>
                  <ul>{s.events.map((e, i) => <li key={i} class="small">{moment(new Date(e.at))} {e.to} {did(e.what, e.file)} {e.who}</li>)}</ul>
                </details>
              )}
            </div>
            <div class="buttons">{s.state === "open" && <button type="button" class="button tiny danger" onClick={() => void stop(s)}>{t("stop")}</button>}</div>
          </li>
        ))}
      </ul>
      {list?.length === 0 && <div class="empty"><p>{t("shareNone")}</p></div>}
    </>
  );
}
