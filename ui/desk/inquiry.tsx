// The form for people who want to know whether an incident concerns them. The answer is the same for everybody.
import { useState } from "preact/hooks";
import { Problem, ask } from "../kit/http";
import { t } from "./text";

export function Inquiry() {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  async function send(e: SubmitEvent): Promise<void> {
    e.preventDefault();
    const form = new FormData(e.currentTarget as HTMLFormElement);
    const body = Object.fromEntries(["domain", "name", "reply"].map((n) => [n, String(form.get(n) ?? "").trim()]));
    setBusy(true);
    try {
      setText((await ask<{ text: string }>("/desk/inquiry", { body })).text);
    } catch (x) {
      if (!(x instanceof Problem)) throw x;
      setProblem(x);
    } finally {
      setBusy(false);
    }
  }
  if (text) return <div role="status"><h1>{t("taken")}</h1><p class="note good">{text}</p></div>;
  return (
    <form onSubmit={(e) => void send(e)}>
      <h1>{t("inquiry")}</h1>
      <p class="quiet">{t("inquiryAbout")}</p>
      <div role="alert">{problem && <div class="note bad"><strong>{problem.title}</strong><p>{problem.detail}</p></div>}</div>
      <label class="field"><span>{t("domain")}</span><input name="domain" required maxlength={253} autocomplete="off" /></label>
      <label class="field"><span>{t("name")}</span><input name="name" required maxlength={200} autocomplete="name" /></label>
      <label class="field"><span>{t("reply")}</span><input name="reply" required maxlength={320} /></label>
      <button class="button primary" disabled={busy}>{busy ? t("busy") : t("question")}</button>
    </form>
  );
}
