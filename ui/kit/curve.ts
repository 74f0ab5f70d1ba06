// What a chart shows.
export interface Curve {
  label: string;
  color: string; // name of a custom property: "--fate-mailbox"
  values: number[];
}

export interface ChartProps {
  label: string; // what it shows, for those who do not see it
  times: number[]; // seconds since 1970
  curves: Curve[];
  height?: number;
}
