// The bodies of the administration API, as its document describes them.

export interface Me {
  account: number;
  address: string;
  name: string;
  role: string;
  contract: number;
  contractName: string;
  language: string;
  rights: string[];
  fresh: boolean;
}

export interface Limit {
  message: number;
  recipients: number;
  total: number;
  hourly: number;
  daily: number;
}

export interface Contract {
  id: number;
  name: string;
  status: string;
  language: string;
  domains: string[];
  networks: string[];
  hosts: string[];
  people: { Name: string; Address: string }[];
  policy: "default" | "own";
  unscanned: string;
  senders: string;
  digest: string;
  archive: boolean;
  ready: boolean;
  limit: Limit;
  forward: string[];
  wait: number;
  reply: string;
  hold?: string;
}

export interface Termination {
  contract: number;
  name: string;
  status: string;
  hold?: string;
  accounts: number;
  domains: number;
  messages: number;
  bytes: number;
  archived: number;
  kept: number;
  queue: number;
  certificate?: { text: string; statement: Record<string, unknown>; signature: string; key: string };
}

export interface ContractMade extends Contract {
  shares?: { need: number; words: string[]; kept: boolean };
}

export interface Domain {
  name: string;
  contract: number;
  route: string[];
  dkim: { selector: string; algorithm: string; record: string; state?: "next" | "old" }[];
  sts: "off" | "none" | "testing" | "enforce";
}

export interface Links {
  allow: string[];
  block: string[];
  direct: boolean;
}

export interface Clicks {
  site: string;
  result: string;
  count: number;
  last: string;
}

export interface Fingerprint {
  name: string;
  bytes: number;
  digest: string;
  at: string;
}

export interface Learned {
  account: number;
  address: string;
  ham: number;
  spam: number;
  bytes: number;
  waiting: number;
  at: string;
}

export interface DnsRecord {
  name: string;
  type: string;
  value: string;
  why: string;
  live?: string;
}

export interface Account {
  id: number;
  contract: number;
  address: string;
  name: string;
  role: string;
  status: string;
  quota: number;
  ready: boolean;
  supervisor: string;
  leaves: string;
}

export interface AccountMade extends Account {
  password?: string;
  appPassword?: string;
}

export interface Alias {
  address: string;
  targets: string[];
  identity?: boolean;
}

export interface Group {
  name: string;
  members: string[];
}

export interface Finding {
  kind: string;
  name: string;
  where: string;
  score: number;
  evidence: string;
}

export interface Trace {
  trace: string;
  at: string;
  direction: string;
  sender: string;
  from: string;
  recipient: string;
  messageId: string;
  client: string;
  helo: string;
  protocol: string;
  tls: string;
  signedIn: boolean;
  fate: string;
  action: string;
  rule: string;
  reason: string;
  score: number;
  took: number;
  findings: Finding[];
  events: { at: string; what: string; by?: string; text?: string }[];
}

export interface Why {
  trace: string;
  stages: { at: string; code: string; text: string; detail?: string }[];
  items: Trace[];
}

export interface Kept {
  id: number;
  trace: string;
  fate: string;
  from: string;
  recipient: string;
  rule: string;
  reason: string;
  arrived: string;
  until: string;
  atEnd?: string;
  approve: boolean;
  asked?: string[];
  stage?: number;
  stages?: number;
  said?: { stage: number; by: string; at: string }[];
  wanted: boolean;
  size: number;
}

export interface KeptSeen extends Kept {
  subject: string;
  preview: string;
  sender: string;
  to: string[];
  attachments: { name: string; type: string; size: number }[];
  text?: string;
  findings: Finding[];
  digest: string;
}

export interface Waiting {
  id: number;
  trace: string;
  from: string;
  recipient: string;
  state: string;
  arrived: string;
  age: number;
  attempts: number;
  next?: string;
  meaning: string;
  last: string;
  givenUp?: string;
  size: number;
}

export interface Steered {
  do: string;
  done: number[];
  notDone: number[];
}

export interface Partner {
  id: number;
  name: string;
  addresses: string[];
  organization?: string;
  groups?: string[];
  note?: string;
}

export interface InsiderPart {
  kind: string;
  points: number;
  text: string;
  date?: string;
}

export interface Insider {
  account: number;
  address: string;
  name: string;
  score: number;
  parts: InsiderPart[];
  leaves?: string;
  suspended: boolean;
  sums: { recipients?: number; bytes?: number; private?: number; onward?: number; read?: number };
}

export interface Insiders {
  items: Insider[];
  people: number;
  days: number;
  kept: number;
}

export interface InsiderPerson extends Insider {
  history: Statistic;
}

export interface Statistic {
  times: number[];
  series: Record<string, number[]>;
  sums: Record<string, number>;
  step: number;
  part: boolean;
}

export interface DMARCReports {
  reports: number;
  mails: number;
  passed: number;
  days: Statistic;
  sources: { source: string; domain: string; mails: number; passed: number; dkim: number; spf: number; stopped: number; reporters: number; last: string }[];
}

export interface TLSReports {
  reports: number;
  success: number;
  failure: number;
  days: Statistic;
  results: { domain: string; policy: string; result: string; host: string; sessions: number; reporters: number; last: string }[];
}

export interface Rotation {
  domain: string;
  step: "publish" | "waiting" | "switched" | "overlap" | "retired";
  until?: string;
  records: DnsRecord[];
}

export interface Overview {
  flow: Statistic;
  day: Statistic;
  quarantine: number;
  holds: number;
  newest: Trace[];
}

export interface Sender {
  address: string; // or "@domain"
  stance: "allow" | "block";
  at: string;
}

export interface PolicyVersion {
  version: number;
  at: string;
  who: string;
  text: string;
}

export interface Tried {
  mails: number;
  differs: number;
  part: boolean;
  rules: { rule: string; decided: number; observed: number }[];
  examples: { trace: string; at: string; sender: string; recipient: string; was: string; wasRule: string; now: string; nowRule: string }[];
  actions: Record<string, number>;
  remarks: Remark[];
  findings?: Finding[]; // of a test message
}

// Remark is a rule that can have no effect as it stands.
export interface Remark {
  rule: string;
  what: "never" | "shadowed" | "contradicted";
  by: string;
}

export interface Grant {
  id: number;
  contract: number;
  who: string;
  reason: string;
  asked: string;
  minutes: number;
  state: string;
  by: string;
  decided?: string;
  until?: string;
  setup: boolean;
}

export interface Token {
  id: string;
  name: string;
  scopes: string[];
  networks: string[];
  made: string;
  expires: string;
  used?: string;
}

export interface HealthProcess {
  role: string;
  worker: number;
  cell?: number;
  instance: string;
  state: string;
  since?: string;
  uptime: number;
  restarts: number;
  retired: number;
  denied: number;
  last?: string;
  memory: number;
  memoryLimit: number;
  confinement: { known: boolean; whole: boolean; level: string; uid: number; ownUser: boolean; seccomp: boolean; noNewPrivs: boolean; capabilities: string; namespaces: string[]; files: boolean; network: boolean; listeners: string[] };
}

export interface Health {
  state: "whole" | "degraded" | "unknown";
  reasons: { code: string; process: string; text: string }[];
  level: string;
  boot: number;
  processes: HealthProcess[];
  alerts: { at: string; kind: string; role: string; instance: string; call?: string; target?: string; detail?: string }[];
}

export interface Figures {
  contracts: number;
  accounts: number;
  union: number;
  sum: number;
  active: number;
  terminated: number;
  classes: Record<string, { contracts: number; accounts: number; objects: number; bytes: number }>;
}

export interface Incident {
  id: number;
  record: {
    title: string;
    state: string;
    opened: string;
    by: string;
    closed?: string;
    outcome?: string;
    indicators: { components?: unknown[] };
    scopes: { number: number; at: string; by: string; manifest: string; figures: { reachable: Figures; exposed: Figures; confirmed: Figures; investigate: Figures } }[];
  };
}
