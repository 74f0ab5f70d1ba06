// The proof that it is still the same person at the browser: asked for when the server wants one for what he is about to do.
import { useState } from "preact/hooks";
import { ask, type Problem } from "../kit/http";
import { available, signIn } from "../kit/passkey";
import { catalogue } from "../kit/text";
import { seal, session } from "../kit/typed";
import { wanted } from "./api";
import { Fault, Modal, problemOf } from "./part";

const t = catalogue({
  en: {
    title: "Please prove that it is you", about: "What you are about to do needs a sign-in of the last ten minutes.", password: "Password", totp: "Code from your app", recovery: "Recovery code",
    go: "Continue", passkey: "Use a passkey", busy: "One moment …", wrong: "That was not right. Try again.", useTotp: "Use the code from your app", useRecovery: "Use a recovery code",
  },
  ja: {
    title: "本人確認", about: "この操作には、10分以内の本人確認が必要です。", password: "パスワード", totp: "認証アプリのコード", recovery: "リカバリーコード",
    go: "続ける", passkey: "パスキーを使う", busy: "お待ちください…", wrong: "確認できませんでした。もう一度お試しください。", useTotp: "認証アプリのコードを使う", useRecovery: "リカバリーコードを使う",
  },
});

type Way = "password" | "totp" | "recovery" | "passkey";

interface Step {
  next: "done" | "second";
  ways?: Way[];
}

export function StepUp() {
  return wanted.value ? <Proof key="proof" /> : null;
}

function Proof() {
  const [way, setWay] = useState<Way>("password");
  const [ways, setWays] = useState<Way[]>([]);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  function end(given: boolean): void {
    const done = wanted.value;
    wanted.value = null;
    done?.(given);
  }
  async function attempt(step: () => Promise<Step>): Promise<void> {
    setBusy(true);
    setProblem(null);
    try {
      const s = await step();
      if (s.next === "done") return end(true);
      setWays(s.ways ?? []);
      setWay(s.ways?.[0] ?? "recovery");
    } catch (e) {
      setProblem(problemOf(e));
    } finally {
      setBusy(false);
    }
  }
  function submit(e: SubmitEvent): void {
    e.preventDefault();
    const typed = String(new FormData(e.currentTarget as HTMLFormElement).get("typed") ?? "");
    void attempt(async () => {
      if (way === "password") return ask<Step>("/auth/password", { body: { address: (await session()).address, password: await seal(typed) } });
      return ask<Step>(way === "totp" ? "/auth/totp" : "/auth/recovery", { body: { code: typed.replaceAll(/[\s-]/g, "") } });
    });
  }
  const passkey = () => void attempt(async () => (await signIn((await session()).address)) as Step);
  return (
    <Modal title={t("title")} close={() => end(false)}>
      <form class="stack" onSubmit={submit}>
        <p>{t("about")}</p>
        <Fault problem={problem} />
        {way !== "passkey" && (
          <>
            <label class="field" key={way}>
              <span>{t(way)}</span>
              <input name="typed" required autofocus type={(way === "password" ? "password" : "text") as "text"} autocomplete={way === "password" ? "current-password" : way === "totp" ? "one-time-code" : "off"} />
            </label>
            <button class="button primary" disabled={busy}>{busy ? t("busy") : t("go")}</button>
          </>
        )}
        {available() && (way === "password" || way === "passkey" || ways.includes("passkey")) && <button class="button" type="button" disabled={busy} onClick={passkey}>{t("passkey")}</button>}
        {ways.includes("totp") && way !== "totp" && <button class="button quiet" type="button" onClick={() => setWay("totp")}>{t("useTotp")}</button>}
        {ways.includes("recovery") && way !== "recovery" && <button class="button quiet" type="button" onClick={() => setWay("recovery")}>{t("useRecovery")}</button>}
      </form>
    </Modal>
  );
}
