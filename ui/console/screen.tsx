// The screens by name.
import type { ComponentChildren } from "preact";
import { GrantScreen } from "./grant";
import { TraceScreen, WhyScreen } from "./trace";

export interface Screen {
  name: string;
  within: boolean; // about one contract
  view: (rest: string[]) => ComponentChildren;
}

export const screens: Screen[] = [
  { name: "traces", within: true, view: ([trace]) => (trace ? <WhyScreen trace={trace} key={trace} /> : <TraceScreen />) },
  { name: "grants", within: true, view: () => <GrantScreen /> },
];
