// What the server speaks of (RFC 8621, and urn:sekisho:jmap).
export interface Mailbox {
  id: string;
  name: string;
  parentId: string | null;
  role: string | null;
  sortOrder: number;
  totalEmails: number;
  unreadEmails: number;
  myRights?: Record<string, boolean>;
}

export interface Address {
  name: string | null;
  email: string;
}

export interface Part {
  partId: string | null;
  blobId: string | null;
  type: string;
  name: string | null;
  size: number;
  disposition?: string | null;
  cid?: string | null;
}

export interface Email {
  id: string;
  blobId?: string;
  threadId: string;
  mailboxIds: Record<string, boolean>;
  keywords: Record<string, boolean>;
  from: Address[] | null;
  to: Address[] | null;
  cc?: Address[] | null;
  bcc?: Address[] | null;
  replyTo?: Address[] | null;
  subject: string | null;
  receivedAt: string;
  sentAt?: string | null;
  size: number;
  hasAttachment: boolean;
  preview: string;
  messageId?: string[] | null;
  references?: string[] | null;
  inReplyTo?: string[] | null;
  attachments?: Part[];
  textBody?: Part[];
  htmlBody?: Part[];
  bodyValues?: Record<string, { value: string; isTruncated?: boolean }>;
}

export type Tree = string | [string, Record<string, unknown>, ...Tree[]];

export interface Shown {
  id: string;
  tree: Tree | null;
  plain: string;
  pictures: { n: number; remote: boolean; host: string; partId?: string | null }[];
  links: { n: number; href: string; host: string; text: string; warning: string | null }[];
  attachments: Attached[];
  decision: { action: string; rule: string; reason: string; score: number } | null;
  findings: Finding[];
  sender: { address: string; authenticated: boolean; first: boolean };
}

export interface Attached {
  partId: string;
  blobId: string;
  name: string;
  type: string;
  size: number;
  danger: { kind: string; reason: string } | null;
  pages: number;
}

export interface Finding {
  kind: string;
  name: string;
  detail: string;
}

export interface Identity {
  id: string;
  name: string;
  email: string;
  replyTo?: Address[] | null;
  textSignature: string;
  htmlSignature: string;
  mayDelete?: boolean;
}

export interface Kept {
  id: string;
  fate: "quarantine" | "hold";
  from: string;
  recipient: string;
  subject: string;
  rule: string;
  reason: string;
  arrived: string;
  until: string | null;
  atEnd: string | null;
  size: number;
  findings: Finding[];
  mayRelease: boolean;
  asked: boolean;
}

export interface Share {
  id: string;
  trace: string;
  at: string;
  until: string;
  state: "open" | "stopped" | "expired";
  files: number;
  code: boolean;
  opens: number;
  to: { address: string; opened: number }[];
  events: { at: string; to: string; what: string; who: string; file: number }[];
}

export interface Contact {
  id: string;
  name: string;
  emails: { address: string; label: string }[];
  organization: string;
  note: string;
  groups: string[];
}

export interface Template {
  id: string;
  name: string;
  subject: string;
  html: string;
  text: string;
}

export interface Preference {
  language: string;
  theme: "auto" | "light" | "dark";
  undoSeconds: number;
  remotePictures: "ask" | "always" | "never";
  density: string;
  threads: boolean;
  confirmOutside: boolean;
  confirmAttachment: boolean;
  shortcuts: boolean;
}

export interface Condition {
  field: "from" | "to" | "subject" | "body" | "size" | "attachment";
  op: "contains" | "is" | "over" | "exists";
  value: string;
}

export interface Action {
  do: "move" | "flag" | "label" | "forward" | "discard" | "stop";
  value: string;
}

export interface Rule {
  name: string;
  enabled: boolean;
  match: "all" | "any";
  conditions: Condition[];
  actions: Action[];
}

export interface Filter {
  id: "singleton";
  rules: Rule[];
  forward: { enabled: boolean; to: string; keep: boolean };
  script: string | null;
  allowed: string[];
}

// who names a sender or recipient for people.
export function who(a?: Address | null): string {
  return a ? a.name || a.email : "";
}
