import { ActionIcon, Button, Group, Text, Tooltip } from "@mantine/core";
import type { RowValue } from "@syncline/core";
import { IconPencil } from "@tabler/icons-react";
import { KindGlyph } from "../../components/kind-glyph.tsx";
import { ValueView } from "../../components/value-view.tsx";
import { CellEditor } from "./cell-editor.tsx";
import type { CellGridProps } from "./cell-grid.tsx";
import { pickedValue, valueOn } from "./conflict-draft.ts";
import { SIDES, type Side } from "./conflict-model.ts";
import { choiceText } from "./conflict-words.ts";

interface CellRowProps extends CellGridProps {
  readonly column: string;
  /** Whether somebody has to decide it. */
  readonly isOpen: boolean;
  readonly isFirst: boolean;
  /** Of the table: a side without a row is one cell over all of them. */
  readonly lines: number;
  readonly showLong: () => void;
}

const LIMIT = 160;

export function CellRow(props: CellRowProps) {
  const { model, control, column, isOpen, isFirst, lines, current, setCurrent, mayDecide, showLong } = props;
  const isKey = model.conflict.key.has(column);
  const isLong = SIDES.some((side) => (valueOn(model, side, column)?.length ?? 0) > LIMIT) || isJson(props);
  return (
    <tr
      {...(isOpen && column === current ? { "data-at": true } : {})}
      onFocus={() => isOpen && setCurrent(column)}
      onMouseDown={() => isOpen && setCurrent(column)}
    >
      <th scope="row">
        <span className="sl-mono">{column}</span>
        <Text size="xs" c="dimmed">
          {model.types.get(column)}
          {isKey && " · key"}
        </Text>
        {isLong && (
          <Button size="compact-xs" variant="subtle" onClick={showLong} mt={2}>
            Show whole
          </Button>
        )}
      </th>
      {SIDES.map((side) =>
        model.conflict[side] === null ? (
          isFirst && <NoRow key={side} side={side} lines={lines} whole={model.whole} />
        ) : (
          <td key={side}>
            <SideCell {...props} side={side} />
          </td>
        ),
      )}
      <ResultCell
        {...props}
        mayEdit={mayDecide && !isKey && !model.whole}
        value={resultOf(props)}
        picked={pickedValue(model, control.draft, column) !== undefined}
      />
    </tr>
  );
}

function isJson({ model, column }: CellRowProps): boolean {
  return /^jsonb?$/.test(model.types.get(column) ?? "");
}

function NoRow({
  side,
  lines,
  whole,
}: {
  readonly side: Side;
  readonly lines: number;
  readonly whole: boolean;
}) {
  return (
    <td rowSpan={lines} className={side === "base" || whole ? "sl-no-base" : "sl-no-row"}>
      {whole ? (
        <Text size="sm" c="dimmed">
          Not known
        </Text>
      ) : (
        <Group gap={6} wrap="nowrap" align="flex-start">
          {side !== "base" && <KindGlyph kind="delete" />}
          <Text size="sm" c={side === "base" ? "dimmed" : "var(--sl-delete)"}>
            {side === "base" ? "There was no row" : "No row here"}
          </Text>
        </Group>
      )}
    </td>
  );
}

function SideCell({
  model,
  control,
  column,
  isOpen,
  side,
  mayDecide,
}: CellRowProps & { readonly side: Side }) {
  const value = valueOn(model, side, column);
  const { base } = model.conflict;
  const before = base?.get(column);
  const changed = side !== "base" && before !== undefined && value !== undefined && value !== before;
  if (!isOpen || value === undefined)
    return (
      <Text component="div" size="sm" c={changed ? undefined : "dimmed"} px={7} py={5}>
        <ValueView value={value} limit={LIMIT} />
        {value === undefined && (
          <Text size="xs" c="dimmed">
            not known
          </Text>
        )}
      </Text>
    );
  const { draft } = control;
  const pressed =
    draft.kind === "side"
      ? draft.side === side
      : draft.kind === "cells" && fromOf(draft.picks.get(column)) === side;
  return (
    <button
      type="button"
      className="sl-pick"
      aria-pressed={pressed}
      aria-label={`${column} from ${choiceText(side).toLowerCase()}: ${(value ?? "NULL").slice(0, 120)}`}
      disabled={!mayDecide}
      onClick={() => control.pickCell(column, { from: side })}
    >
      <span className="sl-pick-mark" aria-hidden>
        {pressed ? "●" : "○"}
      </span>
      <ValueView value={value} limit={LIMIT} />
    </button>
  );
}

function fromOf(pick: { readonly from?: Side } | object | undefined): Side | null {
  return pick !== undefined && "from" in pick ? (pick.from ?? null) : null;
}

interface ResultCellProps extends CellRowProps {
  readonly mayEdit: boolean;
  readonly value: RowValue | undefined;
  readonly picked: boolean;
}

function ResultCell(props: ResultCellProps) {
  const { model, control, column, isOpen, mayEdit, value, picked, editing, setEditing } = props;
  if (editing === column)
    return (
      <td className="sl-cells-result">
        <CellEditor
          column={column}
          type={model.types.get(column) ?? ""}
          value={value ?? valueOn(model, "ours", column) ?? valueOn(model, "theirs", column) ?? null}
          onSet={(typed) => {
            control.pickCell(column, { typed });
            setEditing(null);
          }}
          onCancel={() => setEditing(null)}
        />
      </td>
    );
  const ours = valueOn(model, "ours", column);
  const merges = !isOpen && !picked && value !== undefined && ours !== undefined && value !== ours;
  return (
    <td className="sl-cells-result">
      <Group gap={4} wrap="nowrap" justify="space-between" align="flex-start">
        <div style={{ minWidth: 0 }}>
          {value === undefined ? (
            <Text size="sm" c="dimmed" component="span">
              {control.state.kind === "ready" ? "no row" : isOpen ? "to be chosen" : ""}
            </Text>
          ) : (
            <ValueView value={value} limit={LIMIT} />
          )}
          {merges && (
            <Text size="xs" c="dimmed">
              only theirs changed it
            </Text>
          )}
        </div>
        {mayEdit && (
          <Tooltip label={isOpen ? "Type a value (e)" : "Type a value"}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={`Type a value for ${column}`}
              onClick={() => setEditing(column)}
            >
              <IconPencil size={14} />
            </ActionIcon>
          </Tooltip>
        )}
      </Group>
    </td>
  );
}

/** The result's value; while the row is not decided whole, what is chosen of this column. */
function resultOf({ model, control, column }: CellRowProps): RowValue | undefined {
  const { state, draft } = control;
  if (state.kind === "ready") return state.result?.get(column);
  return pickedValue(model, draft, column);
}
