import { Button, Tooltip } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import { memo, useState } from "react";
import { KindGlyph } from "../../components/kind-glyph.tsx";
import { PageLink } from "../../components/page-link.tsx";
import { ValueView } from "../../components/value-view.tsx";
import type { Change } from "../patches/patch-queries.ts";
import { anchorText, keyText } from "./anchor.ts";
import { useDiscussion } from "./discussion-context.tsx";
import { CommentButton, PlaceThreads } from "./place-threads.tsx";

/** Columns that are shown before somebody asks for all: of a whole row, and of those that an update changes. */
const SHOWN = { whole: 6, changed: 12 };

type Values = Readonly<Record<string, string | null>>;

interface ChangeRowProps {
  readonly change: Change;
  readonly patchId: string;
}

/** One changed row: its cells old over new, and what was said of it. */
export const ChangeRow = memo(function ChangeRow({ change, patchId }: ChangeRowProps) {
  const { at } = useDiscussion();
  const { n, table, kind, key, count } = change;
  const row = { table, key: keyText(key) };
  const before = (change.before ?? {}) as Values;
  const after = (change.after ?? {}) as Values;
  const columns = kind === "update" ? change.columns : Object.keys(kind === "insert" ? after : before);
  const [all, setAll] = useState(false);
  const most = kind === "update" ? SHOWN.changed : SHOWN.whole;
  // What somebody spoke about is never folded away.
  const shown = columns.filter((column, place) => all || place < most || at({ ...row, column }).length > 0);
  const hidden = columns.length - shown.length;
  const values = Object.values((key ?? {}) as Values);
  return (
    <li className="sl-change" data-change={n} tabIndex={-1} aria-label={`${anchorText(row)}, ${kind}`}>
      <div className="sl-change-head">
        <KindGlyph kind={kind} />
        <span className="sl-mono sl-change-key">
          <span style={{ color: "var(--sl-muted)" }}>{table}</span>{" "}
          {values.map((value, place) => (
            <span key={place}>
              {place > 0 && ", "}
              <ValueView value={value} limit={80} />
            </span>
          ))}
          {count > 1 && ` × ${count}`}
        </span>
        <CommentButton anchor={row} />
        <Tooltip label="The whole row, in the explorer">
          <span className="sl-row-link">
            <PageLink
              to="/diffs/$patchId"
              params={{ patchId }}
              search={{ row: n }}
              aria-label={`${anchorText(row)} in the explorer`}
            >
              <IconExternalLink size={15} aria-hidden />
            </PageLink>
          </span>
        </Tooltip>
      </div>
      <ul className="sl-change-cells">
        {shown.map((column) => (
          <li key={column} className="sl-change-cell">
            <span className="sl-mono sl-change-column">{column}</span>
            <span className="sl-change-value">
              {kind !== "insert" && (
                <span className={kind === "update" ? "sl-old" : "sl-old sl-gone"}>
                  <ValueView value={before[column]} />
                </span>
              )}
              {kind === "update" && (
                <>
                  <span aria-hidden className="sl-becomes">
                    →
                  </span>
                  <span className="sl-visually-hidden">becomes</span>
                </>
              )}
              {kind !== "delete" && (
                <span className="sl-new">
                  <ValueView value={after[column]} />
                </span>
              )}
            </span>
            <CommentButton anchor={{ ...row, column }} />
            <PlaceThreads anchor={{ ...row, column }} />
          </li>
        ))}
      </ul>
      {hidden > 0 && (
        <Button variant="subtle" color="gray" size="compact-xs" onClick={() => setAll(true)}>
          {hidden} more {hidden === 1 ? "column" : "columns"}
        </Button>
      )}
      <PlaceThreads anchor={row} />
    </li>
  );
});
