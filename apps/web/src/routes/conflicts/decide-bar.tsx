import { Button, Group, Kbd, Text } from "@mantine/core";
import { IconArrowBackUp, IconCheck } from "@tabler/icons-react";
import { type Draft, type DraftState, isEmptyDraft } from "./conflict-draft.ts";
import type { ConflictModel } from "./conflict-model.ts";

interface DecideBarProps {
  readonly model: ConflictModel;
  /** Of a pair the result goes to both sides. */
  readonly bothSides: boolean;
  readonly draft: Draft;
  readonly state: DraftState;
  readonly mayDecide: boolean;
  readonly busy: boolean;
  readonly canUndo: boolean;
  readonly undo: () => void;
  readonly send: () => void;
  readonly pickNoRow: () => void;
}

/** What would become of the row, and the button that decides it. */
export function DecideBar(props: DecideBarProps) {
  const { model, state, mayDecide, busy, canUndo, undo, send, pickNoRow } = props;
  return (
    <Group className="sl-decide" justify="space-between" gap="sm">
      <Text size="sm" aria-live="polite" style={{ flex: "1 1 16rem" }}>
        {mayDecide ? outcomeText(props) : "Deciding takes the role of a reviewer."}
      </Text>
      <Group gap="xs">
        {!model.whole && (
          <Button
            variant="subtle"
            color="gray"
            c="var(--sl-delete)"
            onClick={pickNoRow}
            disabled={!mayDecide}
            aria-keyshortcuts="x"
          >
            No row
          </Button>
        )}
        <Button
          variant="default"
          leftSection={<IconArrowBackUp size={16} aria-hidden />}
          onClick={undo}
          disabled={!canUndo}
          aria-keyshortcuts="u"
        >
          Take back
        </Button>
        <Button
          leftSection={<IconCheck size={16} aria-hidden />}
          rightSection={<Kbd size="xs">Enter</Kbd>}
          onClick={send}
          loading={busy}
          disabled={!mayDecide || state.kind !== "ready"}
          aria-keyshortcuts="Enter"
        >
          Decide
        </Button>
      </Group>
    </Group>
  );
}

function outcomeText({ model, bothSides, draft, state }: DecideBarProps): string {
  if (isEmptyDraft(draft))
    return model.open.length > 0 && model.conflict.ours !== null && model.conflict.theirs !== null
      ? "Choose a side for each column, or a whole row."
      : "Choose one side.";
  if (state.kind === "impossible") return `This cannot be chosen: ${state.reason}.`;
  if (state.kind === "open") return `Still to be chosen: ${state.columns.join(", ")}.`;
  const { ours } = model.conflict;
  if (bothSides && state.result !== null) return "Both sides will have the result.";
  if (bothSides) return "Neither side will have the row.";
  if (state.result === null) return ours === null ? "The row stays deleted." : "The row will be deleted.";
  if (ours === null) return "The row will be put back.";
  const { result } = state;
  const written = model.table.columns
    .map(([column]) => column)
    .filter((column) => result.get(column) !== ours.get(column));
  return written.length === 0
    ? "The row stays as the target has it."
    : `Will be written to the target: ${written.join(", ")}.`;
}
