// The language of the search field: words, "phrases", and operators from: to: subject: body: in: has:attachment is:unread
// is:read is:flagged before: after: larger: smaller:, each with - before it to mean its opposite.
export interface Term {
  op: string; // "" is a word
  value: string;
  not: boolean;
}

export const operators = ["from", "to", "cc", "subject", "body", "in", "has", "is", "before", "after", "larger", "smaller", "label"];

// parse reads what was typed. It takes everything: what is no operator is a word.
export function parse(text: string): Term[] {
  const out: Term[] = [];
  for (const m of text.matchAll(/(-?)(?:([a-z]+):)?(?:"([^"]*)"?|([^\s"　]+))/giu)) {
    const op = (m[2] ?? "").toLowerCase();
    const value = (m[3] ?? m[4] ?? "").trim();
    if (op && operators.includes(op) && value) out.push({ op, value, not: m[1] === "-" });
    else if (m[0]) out.push({ op: "", value: op ? `${m[2]}:${value}` : value, not: m[1] === "-" && !!value });
  }
  return out.filter((t) => t.value !== "");
}

// write is the reverse of parse.
export function write(terms: Term[]): string {
  return terms.map((t) => `${t.not ? "-" : ""}${t.op ? t.op + ":" : ""}${/[\s　]/.test(t.value) ? `"${t.value}"` : t.value}`).join(" ");
}

// size reads 10m, 500k, 2000.
function size(v: string): number {
  const m = /^(\d+(?:\.\d+)?)\s*([kmg]?)b?$/i.exec(v);
  return m ? Math.round(Number(m[1]) * { "": 1, k: 1e3, m: 1e6, g: 1e9 }[m[2]!.toLowerCase()]!) : NaN;
}

// date reads 2026-11-28, 2026/11/28, 2026-11, and 7d: seven days ago. It is the start of the day here.
export function date(v: string, now = new Date()): Date | null {
  const ago = /^(\d{1,4})([dwmy])$/i.exec(v);
  if (ago) {
    const n = Number(ago[1]);
    const d = new Date(now.getFullYear(), now.getMonth(), now.getDate());
    const unit = ago[2]!.toLowerCase();
    if (unit === "d") d.setDate(d.getDate() - n);
    else if (unit === "w") d.setDate(d.getDate() - 7 * n);
    else if (unit === "m") d.setMonth(d.getMonth() - n);
    else d.setFullYear(d.getFullYear() - n);
    return d;
  }
  const m = /^(\d{4})[-/](\d{1,2})(?:[-/](\d{1,2}))?$/.exec(v);
  return m ? new Date(Number(m[1]), Number(m[2]) - 1, Number(m[3] ?? 1)) : null;
}

type Box = { id: string; name: string; role: string | null };

// condition is a term as a FilterCondition; null when it says nothing (a date that is none).
function condition(t: Term, boxes: Box[]): Record<string, unknown> | null {
  const d = () => date(t.value)?.toISOString().replace(/\.\d+Z$/, "Z");
  switch (t.op) {
    case "":
      return { text: t.value };
    case "from": case "to": case "cc": case "subject": case "body":
      return { [t.op]: t.value };
    case "in": {
      const v = t.value.toLowerCase();
      const b = boxes.find((b) => b.name.toLowerCase() === v || b.role === v);
      return b ? { inMailbox: b.id } : null;
    }
    case "has":
      return /^(attachment|添付)/.test(t.value) ? { hasAttachment: true } : null;
    case "is":
      return { unread: { notKeyword: "$seen" }, read: { hasKeyword: "$seen" }, flagged: { hasKeyword: "$flagged" }, answered: { hasKeyword: "$answered" }, draft: { hasKeyword: "$draft" } }[t.value.toLowerCase()] ?? null;
    case "label":
      return { hasKeyword: t.value.toLowerCase() };
    case "before":
      return d() ? { before: d() } : null;
    case "after":
      return d() ? { after: d() } : null;
    case "larger":
      return Number.isNaN(size(t.value)) ? null : { minSize: size(t.value) };
    case "smaller":
      return Number.isNaN(size(t.value)) ? null : { maxSize: size(t.value) };
  }
  return null;
}

// filter is what Email/query takes.
export function filter(text: string, boxes: Box[], inMailbox?: string): Record<string, unknown> {
  const all: Record<string, unknown>[] = [];
  for (const t of parse(text)) {
    const c = condition(t, boxes);
    if (c) all.push(t.not ? { operator: "NOT", conditions: [c] } : c);
  }
  if (inMailbox) all.unshift({ inMailbox });
  if (all.length === 1) return all[0]!;
  return all.length === 0 ? {} : { operator: "AND", conditions: all };
}
