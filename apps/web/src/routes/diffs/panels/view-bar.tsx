import { Group, Tabs } from "@mantine/core";
import type { ReactNode } from "react";
import { useShortcuts } from "../../../app/shortcuts.tsx";
import "./panels.css";

export const VIEWS = [
  { view: "rows", keys: "v r", label: "Rows" },
  { view: "columns", keys: "v c", label: "Columns" },
  { view: "shape", keys: "v h", label: "Shape" },
  { view: "ignore", keys: "v i", label: "Ignore rules" },
  { view: "sql", keys: "v s", label: "SQL" },
] as const;
export type ViewName = (typeof VIEWS)[number]["view"];

interface ViewBarProps {
  readonly view: ViewName;
  readonly onView: (view: ViewName) => void;
  /** What is done with what is shown. */
  readonly actions: ReactNode;
  /** The view itself. */
  readonly children: ReactNode;
}

/** The ways to look at a comparison. */
export function ViewBar({ view, onView, actions, children }: ViewBarProps) {
  useShortcuts(
    "Views of a comparison",
    VIEWS.map((each) => ({ keys: each.keys, label: each.label, run: () => onView(each.view) })),
  );
  return (
    <Tabs
      value={view}
      onChange={(value) => {
        const chosen = VIEWS.find((each) => each.view === value);
        if (chosen !== undefined) onView(chosen.view);
      }}
      variant="pills"
      keepMounted={false}
      classNames={{ tab: "dp-tab" }}
    >
      <Group justify="space-between" gap="sm" mb={10}>
        <Tabs.List aria-label="Ways to look at the comparison">
          {VIEWS.map((each) => (
            <Tabs.Tab key={each.view} value={each.view}>
              {each.label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Group gap="xs">{actions}</Group>
      </Group>
      <Tabs.Panel value={view}>{children}</Tabs.Panel>
    </Tabs>
  );
}
