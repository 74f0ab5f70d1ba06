// Menus that open at a button: arrows move, Enter chooses, Escape and a click elsewhere close.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "./icon";

export interface Item {
  label: string;
  icon?: IconName;
  run: () => void;
  checked?: boolean; // makes it a choice that is set or not
  danger?: boolean;
  line?: boolean; // a line above it
  disabled?: boolean;
}

function List({ items, label, onClose, at }: { items: Item[]; label: string; onClose: () => void; at: DOMRect }) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const b = box.current!;
    const { width, height } = b.getBoundingClientRect();
    b.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
    b.style.top = `${at.bottom + height + 8 > innerHeight && at.top > height ? at.top - height - 4 : Math.min(at.bottom + 4, Math.max(8, innerHeight - height - 8))}px`;
    (b.querySelector<HTMLElement>("[aria-checked=true]") ?? b.querySelector<HTMLElement>("button:not(:disabled)"))?.focus();
  }, []);
  useEffect(() => {
    const away = (e: Event) => box.current && !box.current.contains(e.target as Node) && onClose();
    addEventListener("mousedown", away, true);
    addEventListener("resize", onClose);
    return () => {
      removeEventListener("mousedown", away, true);
      removeEventListener("resize", onClose);
    };
  }, []);
  const key = (e: KeyboardEvent) => {
    e.stopPropagation();
    const all = [...box.current!.querySelectorAll<HTMLElement>("button:not(:disabled)")];
    const i = all.indexOf(document.activeElement as HTMLElement);
    const go = (n: number) => (e.preventDefault(), all[(n + all.length) % all.length]?.focus());
    if (e.key === "ArrowDown") go(i + 1);
    else if (e.key === "ArrowUp") go(i - 1);
    else if (e.key === "Home") go(0);
    else if (e.key === "End") go(all.length - 1);
    else if (e.key === "Escape" || e.key === "Tab") (e.preventDefault(), onClose());
    else if (e.key.length === 1 && !e.ctrlKey && !e.metaKey) {
      const hit = [...all.slice(i + 1), ...all.slice(0, i + 1)].find((b) => b.textContent!.trim().toLowerCase().startsWith(e.key.toLowerCase()));
      hit?.focus();
    }
  };
  return (
    <div ref={box} class="menu" role="menu" aria-label={label} onKeyDown={key}>
      {items.map((it) => (
        <button
          key={it.label}
          type="button"
          role={it.checked === undefined ? "menuitem" : "menuitemcheckbox"}
          aria-checked={it.checked}
          class={`${it.danger ? "danger" : ""} ${it.line ? "line" : ""}`}
          tabIndex={-1}
          disabled={it.disabled}
          onClick={() => (onClose(), it.run())}
        >
          {it.icon ? <Icon name={it.icon} /> : <span class="icon" />}
          <span>{it.label}</span>
          {it.checked && <Icon name="check" size={16} />}
        </button>
      ))}
    </div>
  );
}

// Menu is a button that opens a list of things to do.
export function Menu(p: { label: string; items: Item[]; children?: ComponentChildren; icon?: IconName; class?: string; disabled?: boolean }) {
  const [at, setAt] = useState<DOMRect | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const close = () => {
    setAt(null);
    button.current?.focus();
  };
  const open = () => setAt(at ? null : button.current!.getBoundingClientRect());
  return (
    <>
      <button ref={button} id={id} type="button" disabled={p.disabled} class={p.class ?? "icon-button"} aria-label={p.children ? undefined : p.label} title={p.label} aria-haspopup="menu" aria-expanded={!!at} onClick={open}>
        {p.children ?? <Icon name={p.icon ?? "more"} />}
      </button>
      {at && <List items={p.items} label={p.label} onClose={close} at={at} />}
    </>
  );
}
