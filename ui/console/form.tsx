// A form in a dialog from a description of its fields. What the server finds wrong is marked at the field it names.
import type { ComponentChildren } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import type { Problem } from "../kit/http";
import { catalogue } from "../kit/text";
import { Fault, Modal, problemOf } from "./part";

const t = catalogue({
  en: { cancel: "Cancel", busy: "One moment …", required: "required" },
  ja: { cancel: "キャンセル", busy: "お待ちください…", required: "必須" },
});

export interface Field {
  name: string; // member of the body, and place of its faults
  label: string;
  kind?: "text" | "email" | "number" | "select" | "lines" | "area" | "check" | "date" | "checks";
  value?: string | number | boolean | string[];
  options?: [value: string, label: string][]; // select, checks
  help?: string;
  required?: boolean;
}

export type Values = Record<string, unknown>;

export interface FormProps {
  title: string;
  fields: Field[];
  act: string; // label of the button
  danger?: boolean;
  about?: ComponentChildren;
  save: (v: Values, key: string) => Promise<unknown>; // the form closes when it is done, unless the answer is "stay"
  close: () => void;
}

// valueOf reads a field as the API wants it.
function valueOf(f: Field, form: FormData): unknown {
  const s = String(form.get(f.name) ?? "").trim();
  switch (f.kind) {
    case "number":
      return s === "" ? 0 : Number(s);
    case "lines":
      return s.split(/\n/).map((l) => l.trim()).filter(Boolean);
    case "check":
      return form.get(f.name) === "on";
    case "checks":
      return form.getAll(f.name).map(String);
    default:
      return s;
  }
}

export function Form(p: FormProps) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const wish = useRef({ body: "", key: "" });
  const faults = useMemo(() => new Map(p.fields.map((f) => [f.name, problem?.errors.filter((e) => e.pointer === "/" + f.name || e.pointer.startsWith(`/${f.name}/`)) ?? []])), [problem]);
  async function submit(e: SubmitEvent): Promise<void> {
    e.preventDefault();
    const data = new FormData(form.current!);
    const values = Object.fromEntries(p.fields.map((f) => [f.name, valueOf(f, data)]));
    const body = JSON.stringify(values);
    if (wish.current.body !== body) wish.current = { body, key: crypto.randomUUID() }; // the same wish again is the same request
    setBusy(true);
    setProblem(null);
    try {
      if ((await p.save(values, wish.current.key)) !== "stay") p.close();
    } catch (x) {
      const p = problemOf(x);
      if (p.status >= 400 && p.status < 500) wish.current = { body: "", key: "" }; // it was answered: the next try is another request
      setProblem(p);
      setBusy(false);
      queueMicrotask(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
    }
  }
  return (
    <Modal title={p.title} close={p.close}>
      <form ref={form} onSubmit={(e) => void submit(e)} class="stack">
        {p.about && <div>{p.about}</div>}
        <Fault problem={problem} />
        {p.fields.map((f, i) => <Input field={f} faults={faults.get(f.name)!.map((e) => e.detail)} first={i === 0} key={f.name} />)}
        <footer class="row end">
          <button class="button" type="button" onClick={p.close}>{t("cancel")}</button>
          <button class={"button " + (p.danger ? "danger" : "primary")} disabled={busy}>{busy ? t("busy") : p.act}</button>
        </footer>
      </form>
    </Modal>
  );
}

function Input({ field: f, faults, first }: { field: Field; faults: string[]; first: boolean }) {
  const id = "field-" + f.name;
  const common = { id, name: f.name, required: f.required, autofocus: first, "aria-invalid": faults.length > 0, "aria-describedby": f.help || faults.length > 0 ? id + "-help" : undefined };
  const help = (
    <div id={id + "-help"} class="help">
      {f.help && <span>{f.help}</span>}
      {faults.map((d) => <span class="wrong" key={d}>{d}</span>)}
    </div>
  );
  if (f.kind === "check") {
    return (
      <div class="field">
        <label class="check"><input {...common} required={false} type="checkbox" defaultChecked={!!f.value} /> {f.label}</label>
        {help}
      </div>
    );
  }
  if (f.kind === "checks") {
    return (
      <fieldset class="checks">
        <legend>{f.label}</legend>
        {f.options!.map(([v, label]) => <label class="check" key={v}><input type="checkbox" name={f.name} value={v} defaultChecked={(f.value as string[] | undefined)?.includes(v)} /> {label}</label>)}
        {help}
      </fieldset>
    );
  }
  const value = Array.isArray(f.value) ? f.value.join("\n") : String(f.value ?? "");
  return (
    <div class="field">
      <label for={id}>{f.label}{f.required && <em> ({t("required")})</em>}</label>
      {f.kind === "select" ? (
        <select {...common}>{f.options!.map(([v, label]) => <option value={v} selected={v === value} key={v}>{label}</option>)}</select>
      ) : f.kind === "lines" || f.kind === "area" ? (
        <textarea {...common} rows={4} defaultValue={value} />
      ) : (
        <input {...common} type={(f.kind ?? "text") as "text"} defaultValue={value} min={f.kind === "number" ? 0 : undefined} autocomplete="off" />
      )}
      {help}
    </div>
  );
}

// Confirm asks before something that cannot be taken back.
export function Confirm(p: { title: string; about: ComponentChildren; act: string; save: (key: string) => Promise<unknown>; close: () => void }) {
  return <Form title={p.title} fields={[]} act={p.act} danger about={p.about} save={(_, key) => p.save(key)} close={p.close} />;
}
