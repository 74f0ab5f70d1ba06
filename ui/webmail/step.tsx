// The dialog in which a person proves anew that it is they: by password, code or passkey.
import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { Dialog } from "../kit/dialog";
import { Problem, ask } from "../kit/http";
import { available, signIn } from "../kit/passkey";
import { seal, session } from "../kit/typed";
import { step } from "./jmap";
import { t } from "./word";

const asked = signal<((yes: boolean) => void) | null>(null);
let open: Promise<boolean> | null = null;

// stepUp asks for a proof; one dialog for all who wait.
export function stepUp(): Promise<boolean> {
  open ??= new Promise<boolean>((done) => {
    asked.value = (yes) => {
      asked.value = null;
      open = null;
      done(yes);
    };
  });
  return open;
}
step.up = stepUp;

export function StepUp() {
  const answer = asked.value;
  const [ways, setWays] = useState<string[] | null>(null);
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  if (!answer) return null;
  const run = async (act: () => Promise<{ next: string; ways?: string[] }>) => {
    setBusy(true);
    setFault("");
    try {
      const r = await act();
      if (r.next === "done") (setWays(null), answer(true));
      else setWays(r.ways ?? []);
    } catch (e) {
      setFault(e instanceof Problem && e.kind !== "sign-in-failed" ? e.message : t("stepWrong"));
    } finally {
      setBusy(false);
    }
  };
  const submit = (e: SubmitEvent) => {
    e.preventDefault();
    const v = String(new FormData(e.currentTarget as HTMLFormElement).get("secret") ?? "");
    if (ways) void run(() => ask(ways.includes("totp") ? "/auth/totp" : "/auth/recovery", { body: { code: v.replaceAll(/[\s-]/g, "") } }));
    else void run(async () => ask("/auth/password", { body: { address: (await session()).address, password: await seal(v) } }));
  };
  const onlyPasskey = ways && !ways.includes("totp") && !ways.includes("recovery");
  return (
    <Dialog title={t("stepTitle")} onClose={() => (setWays(null), setFault(""), answer(false))}>
      <form class="dialog-form" onSubmit={submit}>
        <p class="dialog-text">{t("stepText")}</p>
        <div role="alert">{fault && <p class="note bad">{fault}</p>}</div>
        {!onlyPasskey && <label class="field" key={ways ? "code" : "password"}><span>{ways ? t("code") : t("password")}</span>{ways ? <input name="secret" required autofocus autocomplete="one-time-code" /> : <input name="secret" type="password" required autofocus autocomplete="current-password" />}</label>}
        <footer>
          {available() && <button type="button" class="button" disabled={busy} onClick={() => void run(() => signIn())}>{t("stepPasskey")}</button>}
          {!onlyPasskey && <button class="button primary" disabled={busy}>{t("confirm")}</button>}
        </footer>
      </form>
    </Dialog>
  );
}
