import { Skeleton, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { Ago } from "../../components/ago.tsx";
import { countText } from "../../components/number-text.ts";
import { StateBadge } from "../../components/state-badge.tsx";
import type { ConflictSearch } from "./conflict-search.ts";
import { choiceText, keyText, kindText, shortPlace } from "./conflict-words.ts";
import "./conflicts.css";
import type { ConflictGroup, ListedConflict } from "./conflicts-query.ts";
import { type InboxLine, linesOf, ownerOf } from "./inbox-lines.ts";

interface InboxListProps {
  readonly items: readonly ListedConflict[];
  /** Of the whole filter; more than `items` while pages are still to be read. */
  readonly total: number;
  readonly groups: readonly ConflictGroup[];
  readonly search: ConflictSearch;
  /** The one that is shown beside the list, or where the keyboard is. */
  readonly currentId: string | null;
  /** Beside a conflict there is room for its key alone. */
  readonly narrow: boolean;
  /** Moves the focus to the current line, for who goes through the list by keyboard. */
  readonly focuses: boolean;
  readonly loadMore: (() => void) | null;
}

const LINE_PX = 36;
const AHEAD = 40;

/** All conflicts of a filter; only the lines in sight are drawn. */
export function InboxList(props: InboxListProps) {
  const { items, total, groups, search, currentId, narrow, focuses, loadMore } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const top = useTop(scroller);
  const lines = useMemo(() => linesOf(items), [items]);
  const named = useMemo(() => new Map(groups.map((group) => [ownerOf(group), group])), [groups]);
  const virtual = useVirtualizer({
    count: lines.length + (loadMore === null ? 0 : 1),
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    overscan: 12,
    getItemKey: (at) => keyOf(lines[at], at),
  });
  const drawn = virtual.getVirtualItems();
  const last = drawn.at(-1)?.index ?? 0;
  useEffect(() => {
    if (loadMore !== null && last + AHEAD > lines.length) loadMore();
  }, [loadMore, last, lines.length]);
  const currentAt = lines.findIndex((line) => line.kind === "conflict" && line.conflict.id === currentId);
  const isUnderHead = lines[currentAt - 1]?.kind === "head";
  useEffect(() => {
    if (currentAt < 0) return;
    virtual.scrollToIndex(currentAt, { align: "auto" });
    if (isUnderHead) virtual.scrollToIndex(currentAt - 1, { align: "auto" });
    if (!focuses) return;
    // The line is drawn by then, wherever it was.
    const frame = requestAnimationFrame(() =>
      scroller.current?.querySelector<HTMLElement>("[data-current]")?.focus({ preventScroll: true }),
    );
    return () => cancelAnimationFrame(frame);
  }, [currentAt, isUnderHead, focuses, virtual]);
  return (
    <div
      ref={scroller}
      className="sl-card sl-inbox-scroll"
      style={{ height: `max(20rem, calc(100dvh - ${top}px - 1rem))` }}
    >
      <ul
        className="sl-inbox-lines"
        style={{ height: virtual.getTotalSize() }}
        aria-label={`${countText(total)} conflicts`}
      >
        {drawn.map(({ index, key, start, size }) => {
          const place = { transform: `translateY(${start}px)`, height: size };
          const line = lines[index];
          if (line === undefined)
            return (
              <li key={key} className="sl-inbox-line" style={place}>
                <Skeleton height={14} />
              </li>
            );
          if (line.kind === "head")
            return <Head key={key} line={line} group={named.get(line.owner)} narrow={narrow} place={place} />;
          const { conflict, at } = line;
          return (
            <li key={key} aria-posinset={at + 1} aria-setsize={total}>
              <Link
                className="sl-inbox-line"
                style={place}
                to="/conflicts/$conflictId"
                params={{ conflictId: conflict.id }}
                search={search}
                {...(conflict.id === currentId ? { "data-current": true, "aria-current": "true" } : {})}
              >
                {narrow ? <NarrowLine conflict={conflict} /> : <WideLine conflict={conflict} />}
              </Link>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** How far below the begin of the page an element stands: it takes the rest of the window. */
function useTop(element: RefObject<HTMLElement | null>): number {
  const [top, setTop] = useState(0);
  // Whatever stands above may have come or gone with any drawing.
  useLayoutEffect(() => {
    const now = (element.current?.getBoundingClientRect().top ?? 0) + window.scrollY;
    if (Math.abs(now - top) > 1) setTop(now);
  });
  return top;
}

function keyOf(line: InboxLine | undefined, at: number): string {
  if (line === undefined) return `more ${at}`;
  return line.kind === "head" ? line.name : line.conflict.id;
}

interface HeadProps {
  readonly line: Extract<InboxLine, { readonly kind: "head" }>;
  readonly group: ConflictGroup | undefined;
  readonly narrow: boolean;
  readonly place: React.CSSProperties;
}

function Head({ line, group, narrow, place }: HeadProps) {
  const name = group?.name ?? (group?.kind === undefined ? "" : `${group.kind ?? "run"} without a job`);
  const { ours = null, theirs = null } = group?.sides ?? {};
  return (
    <li className="sl-inbox-line" data-head style={place}>
      <span className="sl-cut">
        <span className="sl-mono">{line.table}</span>
        <Text component="span" inherit fw={400} c="dimmed">
          {" "}
          · {name}
        </Text>
      </span>
      {!narrow && ours !== null && (
        <Text component="span" inherit fw={400} c="dimmed" className="sl-cut" ml="auto">
          ours <span className="sl-mono">{shortPlace(ours)}</span>
          {theirs !== null && (
            <>
              {" "}
              · theirs <span className="sl-mono">{shortPlace(theirs)}</span>
            </>
          )}
        </Text>
      )}
    </li>
  );
}

function NarrowLine({ conflict }: { readonly conflict: ListedConflict }) {
  return (
    <>
      <span className="sl-mono sl-cut" style={{ flex: 1 }}>
        {keyText(conflict)}
      </span>
      <Decided conflict={conflict} />
    </>
  );
}

function WideLine({ conflict }: { readonly conflict: ListedConflict }) {
  const { kind, columns, createdAt } = conflict;
  return (
    <>
      <span className="sl-mono sl-cut" style={{ flex: "0 0 32%" }}>
        {keyText(conflict)}
      </span>
      <span className="sl-cut" style={{ flex: "0 0 22%" }}>
        {kindText(kind)}
      </span>
      <span className="sl-mono sl-cut" style={{ flex: 1 }} title={columns.join(", ")}>
        {columns.join(", ")}
      </span>
      <Decided conflict={conflict} />
      <Text component="span" inherit c="dimmed" ta="right" style={{ flex: "0 0 6.5rem" }}>
        <Ago at={createdAt} />
      </Text>
    </>
  );
}

function Decided({ conflict: { state, resolution } }: { readonly conflict: ListedConflict }) {
  if (state === "open") return null;
  const choice = resolution === null ? "" : choiceText(resolution.choice);
  if (state === "resolved")
    return <StateBadge state="approved" label={resolution === null ? "Decided" : choice} />;
  return <StateBadge state={state} label={state === "applied" ? `Written: ${choice}` : "Void"} />;
}
