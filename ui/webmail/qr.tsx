// QR codes (ISO/IEC 18004), drawn here so that a secret is not shown to anybody else: bytes, level M, versions 1 to 15.

// For each version, level M: error correction bytes of a block, then [blocks, data bytes] once or twice.
const blocks: [number, ...[number, number][]][] = [
  [10, [1, 16]], [16, [1, 28]], [26, [1, 44]], [18, [2, 32]], [24, [2, 43]], [16, [4, 27]], [18, [4, 31]], [22, [2, 38], [2, 39]], [22, [3, 36], [2, 37]], [26, [4, 43], [1, 44]], [30, [1, 50], [4, 51]], [22, [6, 36], [2, 37]], [22, [8, 37], [1, 38]], [24, [4, 40], [5, 41]], [24, [5, 41], [5, 42]],
];
const aligned = [[], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50], [6, 30, 54], [6, 32, 58], [6, 34, 62], [6, 26, 46, 66], [6, 26, 48, 70]];

const exp = new Uint8Array(512);
const log = new Uint8Array(256);
for (let i = 0, x = 1; i < 255; i++) {
  exp[i] = exp[i + 255] = x;
  log[x] = i;
  x = x << 1 ^ (x & 128 ? 0x11d : 0);
}
const times = (a: number, b: number) => (a && b ? exp[log[a]! + log[b]!]! : 0);

// correction gives the Reed-Solomon bytes of a block.
function correction(data: number[], n: number): number[] {
  let g = [1];
  for (let i = 0; i < n; i++) {
    const next = new Array<number>(g.length + 1).fill(0);
    g.forEach((c, j) => {
      next[j]! ^= c;
      next[j + 1]! ^= times(c, exp[i]!);
    });
    g = next;
  }
  const rest = new Array<number>(n).fill(0);
  for (const d of data) {
    const f = d ^ rest.shift()!;
    rest.push(0);
    for (let i = 0; i < n; i++) rest[i]! ^= times(g[i + 1]!, f);
  }
  return rest;
}

// stream is the data of a code, with its correction, interleaved.
function stream(bytes: Uint8Array, version: number): number[] {
  const [ec, ...groups] = blocks[version - 1]!;
  const room = groups.reduce((n, [k, size]) => n + k * size, 0);
  const bits: number[] = [];
  const put = (v: number, n: number) => {
    for (let i = n - 1; i >= 0; i--) bits.push((v >> i) & 1);
  };
  put(4, 4);
  put(bytes.length, version < 10 ? 8 : 16);
  for (const b of bytes) put(b, 8);
  put(0, Math.min(4, room * 8 - bits.length));
  while (bits.length % 8) bits.push(0);
  const data: number[] = [];
  for (let i = 0; i < bits.length; i += 8) data.push(bits.slice(i, i + 8).reduce((n, b) => n * 2 + b, 0));
  for (let pad = 0xec; data.length < room; pad ^= 0xfd) data.push(pad);
  const parts: number[][] = [];
  for (const [k, size] of groups) for (let i = 0; i < k; i++) parts.push(data.splice(0, size));
  const checks = parts.map((p) => correction(p, ec));
  const out: number[] = [];
  for (const list of [parts, checks]) for (let i = 0; i < Math.max(...list.map((l) => l.length)); i++) for (const l of list) if (i < l.length) out.push(l[i]!);
  return out;
}

class Grid {
  readonly dark: boolean[][];
  readonly fixed: boolean[][];

  constructor(readonly size: number) {
    this.dark = Array.from({ length: size }, () => new Array<boolean>(size).fill(false));
    this.fixed = Array.from({ length: size }, () => new Array<boolean>(size).fill(false));
  }

  set(x: number, y: number, v: boolean): void {
    if (x < 0 || y < 0 || x >= this.size || y >= this.size) return;
    this.dark[y]![x] = v;
    this.fixed[y]![x] = true;
  }

  patterns(version: number): void {
    const n = this.size;
    for (let i = 0; i < n; i++) {
      this.set(6, i, i % 2 === 0);
      this.set(i, 6, i % 2 === 0);
    }
    for (const [cx, cy] of [[3, 3], [n - 4, 3], [3, n - 4]] as const)
      for (let dy = -4; dy <= 4; dy++) for (let dx = -4; dx <= 4; dx++) this.set(cx + dx, cy + dy, ![2, 4].includes(Math.max(Math.abs(dx), Math.abs(dy))));
    const at = aligned[version - 1]!;
    for (const cx of at)
      for (const cy of at) {
        if ((cx === 6 && cy === 6) || (cx === 6 && cy === n - 7) || (cx === n - 7 && cy === 6)) continue;
        for (let dy = -2; dy <= 2; dy++) for (let dx = -2; dx <= 2; dx++) this.set(cx + dx, cy + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
      }
    this.format(0);
    if (version < 7) return;
    let rest = version;
    for (let i = 0; i < 12; i++) rest = (rest << 1) ^ ((rest >> 11) * 0x1f25);
    const bits = (version << 12) | rest;
    for (let i = 0; i < 18; i++) {
      const [a, b] = [n - 11 + (i % 3), Math.floor(i / 3)];
      this.set(a, b, !!((bits >> i) & 1));
      this.set(b, a, !!((bits >> i) & 1));
    }
  }

  // format writes the level (M: 0) and the mask.
  format(mask: number): void {
    let rest = mask;
    for (let i = 0; i < 10; i++) rest = (rest << 1) ^ ((rest >> 9) * 0x537);
    const bits = ((mask << 10) | rest) ^ 0x5412;
    const bit = (i: number) => !!((bits >> i) & 1);
    const n = this.size;
    for (let i = 0; i < 6; i++) this.set(8, i, bit(i));
    this.set(8, 7, bit(6));
    this.set(8, 8, bit(7));
    this.set(7, 8, bit(8));
    for (let i = 9; i < 15; i++) this.set(14 - i, 8, bit(i));
    for (let i = 0; i < 8; i++) this.set(n - 1 - i, 8, bit(i));
    for (let i = 8; i < 15; i++) this.set(8, n - 15 + i, bit(i));
    this.set(8, n - 8, true);
  }

  fill(data: number[]): void {
    let i = 0;
    const n = this.size;
    for (let right = n - 1; right >= 1; right -= 2) {
      if (right === 6) right = 5;
      for (let v = 0; v < n; v++)
        for (let j = 0; j < 2; j++) {
          const x = right - j;
          const y = ((right + 1) & 2) === 0 ? n - 1 - v : v;
          if (this.fixed[y]![x] || i >= data.length * 8) continue;
          this.dark[y]![x] = !!((data[i >> 3]! >> (7 - (i & 7))) & 1);
          i++;
        }
    }
  }

  mask(): void {
    for (let y = 0; y < this.size; y++) for (let x = 0; x < this.size; x++) if (!this.fixed[y]![x] && (x + y) % 2 === 0) this.dark[y]![x] = !this.dark[y]![x];
  }
}

// modules gives the dark squares of the code of a text; null when it is too long.
export function modules(text: string): boolean[][] | null {
  const bytes = new TextEncoder().encode(text);
  const version = blocks.findIndex(([, ...g], i) => g.reduce((n, [k, size]) => n + k * size, 0) >= bytes.length + (i < 9 ? 2 : 3)) + 1;
  if (version === 0) return null;
  const g = new Grid(17 + 4 * version);
  g.patterns(version);
  g.fill(stream(bytes, version));
  g.mask();
  g.format(0);
  return g.dark;
}

export function Qr({ text, label }: { text: string; label: string }) {
  const m = modules(text);
  if (!m) return null;
  const d = m.flatMap((row, y) => row.map((on, x) => (on ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  return <svg class="qr" viewBox={`0 0 ${m.length} ${m.length}`} role="img" aria-label={label} shape-rendering="crispEdges"><path d={d} /></svg>;
}
