// The drawing of a chart by uPlot, apart from the rest so that it is loaded later.
import uPlot from "uplot";
import type { ChartProps } from "./curve";
import { language } from "./text";

// plot draws into a box and follows its width, and tells which step is pointed at; the answer takes it away again.
export function plot(box: HTMLElement, p: ChartProps, point: (i: number | null) => void): () => void {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const sums: number[] = p.times.map(() => 0);
  // The highest layer is drawn first, so that those below stand in front of it.
  const layers = p.curves.map((c) => c.values.map((v, i) => (sums[i] = (sums[i] ?? 0) + v)));
  const grid = { stroke: color("--line"), width: 1 };
  const short = (n: number) => new Intl.NumberFormat(language.value, { notation: "compact" }).format(n);
  const step = (p.times[1] ?? 60) - (p.times[0] ?? 0);
  const form = new Intl.DateTimeFormat(language.value, step >= 86_400 ? { month: "short", day: "numeric" } : { hour: "2-digit", minute: "2-digit" });
  const chart = new uPlot(
    {
      width: box.clientWidth || 600, height: p.height ?? 220, legend: { show: false }, cursor: { drag: { x: false, y: false } },
      hooks: { setCursor: [(u) => point(u.cursor.idx !== null && u.cursor.idx !== undefined && (u.cursor.left ?? -1) >= 0 ? Math.min(u.cursor.idx, p.times.length - 1) : null)] },
      scales: { y: { range: (_u, _low, high) => [0, Math.max(5, high * 1.1)] } },
      axes: [
        { stroke: color("--ink-3"), grid, ticks: grid, values: (_u, at) => at.map((s) => form.format(new Date(s * 1000))) },
        { stroke: color("--ink-3"), grid, ticks: grid, size: 48, values: (_u, at) => at.map((n) => (Number.isInteger(n) ? short(n) : "")) },
      ],
      series: [{}, ...p.curves.map((c) => ({ label: c.label, stroke: color(c.color), fill: color(c.color), width: 1, points: { show: false }, paths: uPlot.paths.stepped!({ align: 1 }) })).reverse()],
    },
    // One time more at the end gives the last step its width.
    [[...p.times, (p.times.at(-1) ?? 0) + step], ...layers.reverse().map((l) => [...l, l.at(-1) ?? 0])],
    box,
  );
  const watch = new ResizeObserver(() => box.clientWidth && chart.setSize({ width: box.clientWidth, height: p.height ?? 220 }));
  watch.observe(box);
  return () => {
    watch.disconnect();
    chart.destroy();
  };
}
