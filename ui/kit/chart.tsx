// A chart of numbers over time, stacked, with a legend that names the numbers; uPlot draws, and is loaded when first needed.
import { useEffect, useRef, useState } from "preact/hooks";
import { day, language, moment } from "./text";
import { theme } from "./theme";
import type { ChartProps } from "./curve";

export type { Curve } from "./curve";

const number = (n: number) => new Intl.NumberFormat(language.value).format(n);

export function Chart(p: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<number | null>(null);
  const tongue = language.value;
  const shade = theme.value;
  const state = JSON.stringify([p.times, p.curves.map((c) => c.values)]);
  useEffect(() => {
    let gone = false;
    let end = () => {};
    void import("./plot").then((m) => {
      if (!gone && box.current) end = m.plot(box.current, p, setAt);
    });
    return () => ((gone = true), end());
  }, [state, tongue, shade]);
  return (
    <figure class="chart">
      <div ref={box} class="plot" style={{ minHeight: `${p.height ?? 220}px` }} role="img" aria-label={p.label} />
      <figcaption>
        <ul>
          {at !== null && <li class="at">{((p.times[1] ?? 60) - (p.times[0] ?? 0) >= 86_400 ? day : moment)(new Date((p.times[at] ?? 0) * 1000))}</li>}
          {p.curves.map((c) => (
            <li key={c.label}>
              <i style={{ background: `var(${c.color})` }} /> {c.label} <b>{number(at === null ? c.values.reduce((a, b) => a + b, 0) : (c.values[at] ?? 0))}</b>
            </li>
          ))}
        </ul>
      </figcaption>
    </figure>
  );
}
