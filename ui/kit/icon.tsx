// Icons: lines in a field of 24 by 24, in the colour of the text around them. They stand beside a word or in a button that
// has a label, so that a screen reader passes them over.
const paths = {
  add: "M12 5v14M5 12h14",
  alarm: "M12 4 3 19.5h18zM12 10v4.5M12 17v.2",
  archive: "M4 5h16v4H4zM5.5 9v10h13V9M10 13h4",
  arrow: "M5 12h14M13 6l6 6-6 6",
  back: "M19 12H5M11 6l-6 6 6 6",
  bell: "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15zM10 20.5h4",
  bold: "M8 5h5a3.4 3.4 0 0 1 0 6.8H8zM8 11.8h5.8a3.6 3.6 0 0 1 0 7.2H8z",
  book: "M5 4.5h11.5A1.5 1.5 0 0 1 18 6v14H6.5A1.5 1.5 0 0 1 5 18.5zM5 17.5h13M9 9h5",
  calendar: "M4.5 6h15v13.5h-15zM4.5 10h15M8.5 3.5V7M15.5 3.5V7",
  chart: "M4 20h16M7 20v-7M12 20V5M17 20v-10",
  check: "M5 12.5l4.5 4.5L19 7.5",
  clip: "M19 11.5l-7.4 7.4a4.6 4.6 0 0 1-6.5-6.5l8-8a3.1 3.1 0 0 1 4.4 4.4l-8 8a1.5 1.5 0 0 1-2.2-2.2l7.3-7.3",
  clock: "M12 3.5a8.5 8.5 0 1 0 .1 0zM12 7.5V12l3.2 2",
  close: "M6 6l12 12M18 6 6 18",
  copy: "M8.5 8.5h11v11h-11zM15.5 8.5v-4h-11v11h4",
  down: "M6 9.5l6 6 6-6",
  download: "M12 4v11M7 10.5l5 5 5-5M5 20h14",
  draft: "M6 3.5h8l4 4V20.5H6zM14 3.5v4h4M9 12h6M9 16h4",
  edit: "M5 19l1-4L16 5l3 3L9 18zM14 7l3 3",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.2a2.8 2.8 0 1 0 .1 0z",
  file: "M6 3.5h8l4 4V20.5H6zM14 3.5v4h4",
  filter: "M4 5h16l-6.2 7.5V19l-3.6-2v-4.5z",
  flag: "M6 21V4M6 4.5h11.5l-2.5 4 2.5 4H6",
  folder: "M3.5 6h6l2 2.5h9V19h-17z",
  forward: "M13 6l6 5.5-6 5.5v-3.5c-4 0-6.5 1-8.5 4 .4-5 3.2-8 8.5-8z",
  gear: "M12 8.8a3.2 3.2 0 1 0 .1 0zM12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.2 2.2M16.2 16.2l2.2 2.2M18.4 5.6l-2.2 2.2M7.8 16.2l-2.2 2.2",
  globe: "M12 3.5a8.5 8.5 0 1 0 .1 0zM3.5 12h17M12 3.5c-5 5-5 12 0 17M12 3.5c5 5 5 12 0 17",
  help: "M12 3.5a8.5 8.5 0 1 0 .1 0zM9.5 9.7a2.5 2.5 0 1 1 3.6 2.3c-.8.4-1.1.9-1.1 1.8M12 16.6v.2",
  hold: "M8 5v14M16 5v14",
  home: "M4 11.5 12 4l8 7.5M6.5 10v9.5h11V10",
  inbox: "M4 13.5 6.5 5h11l2.5 8.5V19H4zM4 13.5h4.5L10 16h4l1.5-2.5H20",
  italic: "M10.5 5h7M6.5 19h7M14.5 5l-5 14",
  junk: "M12 3.5a8.5 8.5 0 1 0 .1 0zM6 6l12 12",
  key: "M8 11a4 4 0 1 0 .1 0zM11 12.5 20 4M16.5 7.3l2.5 2.5",
  label: "M4 12.5V4.5h8l8 8-8 8zM8.3 8.5v.3",
  link: "M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1",
  list: "M9 6.5h11M9 12h11M9 17.5h11M4.5 6.5h.5M4.5 12h.5M4.5 17.5h.5",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  mail: "M3.5 5.5h17v13h-17zM3.5 6.5 12 13l8.5-6.5",
  menu: "M4 7h16M4 12h16M4 17h16",
  minus: "M5 12h14",
  more: "M5.5 11.2a.8.8 0 1 0 .1 0zM12 11.2a.8.8 0 1 0 .1 0zM18.5 11.2a.8.8 0 1 0 .1 0z",
  move: "M3.5 6h6l2 2.5h9V19h-17zM9 13.7h6M12.7 11l2.7 2.7-2.7 2.7",
  numbers: "M10 6.5h10M10 12h10M10 17.5h10M4.5 5.5 6 5v4M4.5 15.5h2v1.5l-2 2.5h2",
  outgoing: "M20 4 3.5 11l6.5 2.5L12.5 20zM20 4l-10 9.5",
  person: "M12 4.5a3.7 3.7 0 1 0 .1 0zM4.5 20c.8-4 3.7-6 7.5-6s6.7 2 7.5 6",
  people: "M9 5a3.3 3.3 0 1 0 .1 0zM2.5 19.5c.6-3.7 3.1-5.5 6.5-5.5s5.9 1.8 6.5 5.5M15.5 5.5a3 3 0 0 1 0 6M17.5 14.5c2.2.7 3.5 2.3 4 5",
  picture: "M4 5h16v14H4zM4 16l4.5-4.5 4 4L16 12l4 4M9 8.8v.2",
  quote: "M5 7h5v5c0 3-1.5 4.5-4 5.5M14 7h5v5c0 3-1.5 4.5-4 5.5",
  redo: "M19 5v5h-5M19 10a7.5 7.5 0 1 0 .5 5",
  refresh: "M19.5 5v5h-5M4.5 19v-5h5M5.5 9.5a7 7 0 0 1 12.5-1.5l1.5 2M18.5 14.5A7 7 0 0 1 6 16l-1.5-2",
  reply: "M11 6l-6 5.5 6 5.5v-3.5c4 0 6.5 1 8.5 4-.4-5-3.2-8-8.5-8z",
  replyAll: "M8 6l-5.5 5.5L8 17M13 6l-5.5 5.5L13 17v-3.5c3.5 0 6 1 8 4-.4-5-3-8-8-8z",
  search: "M10.5 4.5a6 6 0 1 0 .1 0zM15 15l5 5",
  send: "M20.5 12 4 5l2.5 7L4 19zM6.5 12h14",
  shield: "M12 3.5l7 2.5v5.5c0 4.5-3 7.5-7 9-4-1.5-7-4.5-7-9V6z",
  signOut: "M10 4.5H5v15h5M10 12h10M16 8l4 4-4 4",
  star: "M12 4l2.5 5.2 5.7.8-4.1 4 1 5.7L12 17l-5.1 2.7 1-5.7-4.1-4 5.7-.8z",
  template: "M4.5 4.5h15v5h-15zM4.5 13h6v6.5h-6zM14 13.5h5.5M14 16.3h5.5M14 19h5.5",
  trash: "M5 7h14M9 7V4.5h6V7M6.5 7l1 13h9l1-13M10 10.5v6M14 10.5v6",
  underline: "M7 4.5V11a5 5 0 0 0 10 0V4.5M6 20h12",
  undo: "M5 5v5h5M5 10a7.5 7.5 0 1 1-.5 5",
  unread: "M3.5 5.5h12M20.5 11v7.5h-17v-13M3.5 6.5 12 13l3-2.3M19.5 3.5a2.5 2.5 0 1 0 .1 0z",
  up: "M6 14.5l6-6 6 6",
  upload: "M12 16V5M7 9.5l5-5 5 5M5 20h14",
} as const;

export type IconName = keyof typeof paths;

// Icon draws one. filled also fills the shape: a star that is set.
export function Icon({ name, filled, size }: { name: IconName; filled?: boolean; size?: number }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width={size ?? 18} height={size ?? 18} aria-hidden="true" focusable="false" fill={filled ? "currentColor" : "none"} stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round">
      <path d={paths[name]} />
    </svg>
  );
}

// IconButton is a button with an icon for its face and a label for its name.
export function IconButton(p: { icon: IconName; label: string; onClick: (e: MouseEvent) => void; pressed?: boolean; filled?: boolean; disabled?: boolean; class?: string; keys?: string }) {
  return (
    <button type="button" class={`icon-button ${p.class ?? ""}`} aria-label={p.label} title={p.keys ? `${p.label} (${p.keys})` : p.label} aria-pressed={p.pressed} aria-keyshortcuts={p.keys} disabled={p.disabled} onClick={p.onClick}>
      <Icon name={p.icon} filled={p.filled} />
    </button>
  );
}
