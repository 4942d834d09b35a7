import { lazy, Suspense } from "react";
import { LinesSkeleton } from "../../../components/query-boundary.tsx";
import type { ExplorerPanelProps } from "../explorer-props.ts";

/** Loaded when they are opened. */
const PANELS = {
  columns: lazy(() => import("./columns-panel.tsx").then((module) => ({ default: module.ColumnsPanel }))),
  shape: lazy(() => import("./shape-panel.tsx").then((module) => ({ default: module.ShapePanel }))),
  ignore: lazy(() => import("./ignore-panel.tsx").then((module) => ({ default: module.IgnorePanel }))),
  sql: lazy(() => import("./sql-panel.tsx").then((module) => ({ default: module.SqlPanel }))),
} as const;

export type PanelName = keyof typeof PANELS;

interface NamedPanelProps extends ExplorerPanelProps {
  readonly name: PanelName;
}

/** One of the views of a comparison beside its rows. */
export function ExplorerPanel({ name, ...props }: NamedPanelProps) {
  const Panel = PANELS[name];
  return (
    <div className="dp-panel">
      <Suspense fallback={<LinesSkeleton />}>
        <Panel {...props} />
      </Suspense>
    </div>
  );
}
