// Rules that can have no effect as they stand.
import { catalogue } from "../kit/text";
import type { Remark } from "./model";

const t = catalogue({
  en: { odd: "Rules without effect", never: "“{rule}”: its condition can never hold.", shadowed: "“{rule}”: “{by}”, which stands before it, settles all mail that it is for.", contradicted: "“{rule}” has the condition of “{by}”, which stands before it and does something else: only that one acts." },
  ja: { odd: "働かない規則", never: "「{rule}」：条件が成り立つことはありません。", shadowed: "「{rule}」：前にある「{by}」が対象のメールをすべて先に決めます。", contradicted: "「{rule}」：前にある「{by}」と条件が同じで動作が異なります。働くのは「{by}」だけです。" },
});

export function Remarks({ list }: { list: Remark[] }) {
  if (list.length === 0) return null;
  return (
    <div class="note warn" role="status">
      <strong>{t("odd")}</strong>
      <ul>{list.map((r) => <li key={r.rule}>{t(r.what, { rule: r.rule, by: r.by })}</li>)}</ul>
    </div>
  );
}
