import { Button, Text } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useState } from "react";
import { counted } from "../../components/number-text.ts";
import { CellRow } from "./cell-row.tsx";
import { type ConflictModel, SIDES, type Side } from "./conflict-model.ts";
import { shortPlace, sideWords } from "./conflict-words.ts";
import type { ConflictSides, WholeConflict } from "./conflicts-query.ts";
import { LongValues } from "./long-values.tsx";
import type { DraftControl } from "./use-draft.ts";

export interface CellGridProps {
  readonly model: ConflictModel;
  readonly control: DraftControl;
  readonly sides: ConflictSides;
  readonly jobKind: WholeConflict["jobKind"];
  /** The column where the keyboard is. */
  readonly current: string | null;
  readonly setCurrent: (column: string) => void;
  /** The column whose value is typed. */
  readonly editing: string | null;
  readonly setEditing: (column: string | null) => void;
  readonly mayDecide: boolean;
}

const KEYS: Readonly<Record<Side, string>> = { base: "B", ours: "O", theirs: "T" };

/** Each column of the row on every side, and what it shall be. */
export function CellGrid(props: CellGridProps) {
  const { model, control, sides, jobKind, mayDecide } = props;
  const { conflict, open, others, refused } = model;
  const [all, setAll] = useState(open.length === 0);
  const [long, setLong] = useState<string | null>(null);
  const chosen = control.draft.kind === "side" ? control.draft.side : null;
  const columns = [...open, ...(all ? others : [])];
  return (
    <>
      <div style={{ overflowX: "auto" }}>
        <table className="sl-cells" aria-label="The row on each side" style={{ minWidth: "38rem" }}>
          <colgroup>
            <col style={{ width: "17%" }} />
            <col style={{ width: "18%" }} />
            <col style={{ width: "22%" }} />
            <col style={{ width: "22%" }} />
            <col style={{ width: "21%" }} />
          </colgroup>
          <thead>
            <tr>
              <th scope="col">Column</th>
              {SIDES.map((side) => {
                const { name, role, place } = sideWords(side, sides, jobKind);
                const reason = refused.get(side);
                return (
                  <th key={side} scope="col">
                    <Text component="span" inherit fw={600}>
                      {name}
                    </Text>{" "}
                    <Text component="span" inherit c="dimmed">
                      {role}
                    </Text>
                    <div className="sl-mono" style={{ minHeight: "1.3em" }} title={place ?? ""}>
                      {place === null ? "" : shortPlace(place)}
                    </div>
                    <Button
                      size="compact-xs"
                      mt={4}
                      variant={chosen === side ? "filled" : "default"}
                      disabled={!mayDecide || reason !== undefined}
                      title={reason ?? `The whole row as it is here (${KEYS[side]})`}
                      aria-pressed={chosen === side}
                      onClick={() => control.pickSide(side)}
                    >
                      {conflict[side] === null && !model.whole ? "Take: no row" : "Take the row"}
                    </Button>
                  </th>
                );
              })}
              <th scope="col" className="sl-cells-result">
                <Text component="span" inherit fw={600}>
                  Result
                </Text>{" "}
                <Text component="span" inherit c="dimmed">
                  as it shall be
                </Text>
              </th>
            </tr>
          </thead>
          <tbody>
            {conflict.counts !== undefined && <CountRow model={model} />}
            {columns.map((column, at) => (
              <CellRow
                key={column}
                {...props}
                column={column}
                isOpen={at < open.length}
                isFirst={at === 0}
                lines={columns.length}
                showLong={() => setLong(column)}
              />
            ))}
          </tbody>
        </table>
      </div>
      {open.length > 0 && others.length > 0 && (
        <Button
          variant="subtle"
          color="gray"
          size="xs"
          m={6}
          leftSection={
            all ? <IconChevronDown size={14} aria-hidden /> : <IconChevronRight size={14} aria-hidden />
          }
          onClick={() => setAll(!all)}
          aria-expanded={all}
        >
          {counted(others.length, "more column")}, nobody has to decide
        </Button>
      )}
      {long !== null && (
        <LongValues
          model={model}
          column={long}
          sides={sides}
          jobKind={jobKind}
          onClose={() => setLong(null)}
        />
      )}
    </>
  );
}

/** Equal rows without a key are told by their number. */
function CountRow({ model }: { readonly model: ConflictModel }) {
  const { counts } = model.conflict;
  return (
    <tr>
      <th scope="row">Equal rows</th>
      {SIDES.map((side) => (
        <td key={side} className="sl-mono">
          {counts?.[side]}
        </td>
      ))}
      <td className="sl-cells-result" />
    </tr>
  );
}
