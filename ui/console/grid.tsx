// The list of kit, bound to the place and to the API, with the offer to ask for access where an operator has none.
import { List, type ListProps } from "../kit/list";
import type { Problem } from "../kit/http";
import { download, read } from "./api";
import { AskGrant } from "./ask";
import { Fault } from "./part";
import { amend, place } from "./place";

type Bound = "query" | "change" | "read" | "save" | "fault";

export function Grid<T>(p: Omit<ListProps<T>, Bound> & { file?: string }) {
  const save = p.file ? (path: string) => download(path, p.file + ".csv") : undefined;
  return <List<T> {...p} query={place.value.query} change={amend} read={(path, stop) => read(path, stop)} save={save} fault={refused} />;
}

// refused explains a refusal; an operator who needs the customer's permission can ask for it here.
export function refused(problem: Problem) {
  return problem.kind === "grant-needed" ? <AskGrant problem={problem} /> : <Fault problem={problem} />;
}
