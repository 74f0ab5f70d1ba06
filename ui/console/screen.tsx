// The screens by name.
import type { ComponentChildren } from "preact";
import { AccountScreen, AliasScreen, GroupScreen } from "./account";
import { ChangeScreen } from "./change";
import { ContractScreen, SettingScreen } from "./contract";
import { DomainScreen, RecordScreen } from "./domain";
import { GrantScreen } from "./grant";
import { HealthScreen } from "./health";
import { FingerprintScreen } from "./fingerprint";
import { ImportScreen } from "./import";
import { KeptScreen } from "./kept";
import { InsiderPersonScreen, InsiderScreen } from "./insider";
import { LearnedScreen } from "./learned";
import { LinkScreen } from "./link";
import { OverviewScreen } from "./overview";
import { contract } from "./place";
import { PartnerScreen } from "./partner";
import { SenderScreen } from "./sender";
import { PolicyScreen } from "./policy";
import { QueueScreen } from "./queue";
import { ReportScreen } from "./report";
import { StatisticScreen } from "./statistic";
import { CaseScreen, IncidentScreen, InquiryScreen, LedgerScreen } from "./system";
import { TokenScreen } from "./token";
import { TraceScreen, WhyScreen } from "./trace";

export interface Screen {
  name: string;
  within: boolean; // about one contract
  view: (rest: string[]) => ComponentChildren;
}

const of = () => contract.value;

export const screens: Screen[] = [
  { name: "overview", within: true, view: () => <OverviewScreen key={of()} /> },
  { name: "traces", within: true, view: ([trace]) => (trace ? <WhyScreen trace={trace} key={trace} /> : <TraceScreen key={of()} />) },
  { name: "quarantine", within: true, view: () => <KeptScreen kind="quarantine" key={`q${of()}`} /> },
  { name: "hold", within: true, view: () => <KeptScreen kind="hold" key={`h${of()}`} /> },
  { name: "queue", within: true, view: () => <QueueScreen key={`o${of()}`} /> },
  { name: "statistics", within: true, view: () => <StatisticScreen key={of()} /> },
  { name: "reports", within: true, view: () => <ReportScreen key={of()} /> },
  { name: "insiders", within: true, view: ([account]) => (account ? <InsiderPersonScreen account={account} key={account} /> : <InsiderScreen key={of()} />) },
  { name: "accounts", within: true, view: () => <AccountScreen key={of()} /> },
  { name: "aliases", within: true, view: () => <AliasScreen key={of()} /> },
  { name: "groups", within: true, view: () => <GroupScreen key={of()} /> },
  { name: "partners", within: true, view: () => <PartnerScreen key={of()} /> },
  { name: "domains", within: true, view: ([name]) => (name ? <RecordScreen name={name} key={name} /> : <DomainScreen key={of()} />) },
  { name: "imports", within: true, view: () => <ImportScreen key={of()} /> },
  { name: "policy", within: true, view: () => <PolicyScreen key={of()} /> },
  { name: "senders", within: true, view: () => <SenderScreen key={of()} /> },
  { name: "links", within: true, view: () => <LinkScreen key={of()} /> },
  { name: "fingerprints", within: true, view: () => <FingerprintScreen key={of()} /> },
  { name: "learned", within: true, view: () => <LearnedScreen key={of()} /> },
  { name: "changes", within: true, view: () => <ChangeScreen key={of()} /> },
  { name: "grants", within: true, view: () => <GrantScreen key={of()} /> },
  { name: "settings", within: true, view: () => <SettingScreen key={of()} /> },
  { name: "contracts", within: false, view: () => <ContractScreen /> },
  { name: "statistics", within: false, view: () => <StatisticScreen key="all" /> },
  { name: "health", within: false, view: () => <HealthScreen /> },
  { name: "ledger", within: false, view: () => <LedgerScreen /> },
  { name: "incidents", within: false, view: ([id]) => (id ? <CaseScreen id={id} key={id} /> : <IncidentScreen />) },
  { name: "inquiries", within: false, view: () => <InquiryScreen /> },
  { name: "tokens", within: false, view: () => <TokenScreen /> },
];
