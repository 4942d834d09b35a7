import { Tabs } from "@mantine/core";
import type { ReactNode } from "react";
import { type ChangeKind, KIND_GLYPHS } from "../../../components/kind-glyph.tsx";
import { countText } from "../../../components/number-text.ts";
import type { ChangeKindName } from "../change-filter.ts";
import type { ChangeCount } from "../explorer-props.ts";

export const KIND_TABS = ["all", "insert", "update", "delete"] as const;
const LABELS: Readonly<Record<(typeof KIND_TABS)[number], string>> = {
  all: "All",
  insert: "Inserts",
  update: "Updates",
  delete: "Deletes",
};

interface KindTabsProps {
  readonly kind: ChangeKindName | undefined;
  readonly onKind: (kind: ChangeKindName | undefined) => void;
  /** Of everything but the kind; null: not counted yet. */
  readonly count: ChangeCount | null;
  readonly children: ReactNode;
}

/** Deletes have a tab of their own: they are what cannot be seen afterwards. */
export function KindTabs({ kind, onKind, count, children }: KindTabsProps) {
  const active = kind ?? "all";
  return (
    <Tabs
      value={active}
      onChange={(next) => onKind(next === "all" || next === null ? undefined : (next as ChangeKindName))}
      className="dx-tabs"
      keepMounted={false}
    >
      <Tabs.List aria-label="Kinds of changes">
        {KIND_TABS.map((tab) => (
          <Tabs.Tab key={tab} value={tab} data-kind={tab}>
            {tab !== "all" && (
              <span className="sl-mono dx-tab-glyph" data-kind={tab} aria-hidden>
                {KIND_GLYPHS[tab as ChangeKind]}
              </span>
            )}
            {LABELS[tab]} <TabCount count={count} kind={tab} />
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={active} className="dx-tab-panel">
        {children}
      </Tabs.Panel>
    </Tabs>
  );
}

function TabCount({ count, kind }: { count: ChangeCount | null; kind: (typeof KIND_TABS)[number] }) {
  if (count === null) return <span className="dx-tab-count">…</span>;
  const number = kind === "all" ? count.count : count.kinds[kind];
  return (
    <span className="sl-mono dx-tab-count" title={count.exact ? undefined : "at least; still searching"}>
      {!count.exact && "≥ "}
      {countText(number)}
    </span>
  );
}
