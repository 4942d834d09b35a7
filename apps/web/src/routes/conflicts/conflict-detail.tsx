import { Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { isCodedError } from "@syncline/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useMemo, useState } from "react";
import { api } from "../../api/client.ts";
import { useMe } from "../../api/me.ts";
import { useShortcuts } from "../../app/shortcuts.tsx";
import { Ago } from "../../components/ago.tsx";
import { counted } from "../../components/number-text.ts";
import { PageHeader } from "../../components/page-header.tsx";
import { PageLink } from "../../components/page-link.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { CellGrid } from "./cell-grid.tsx";
import type { ChoiceBody } from "./conflict-draft.ts";
import { modelOf, type Side } from "./conflict-model.ts";
import { carriedOutBy, choiceText, keyText, kindText } from "./conflict-words.ts";
import { conflictQuery, type WholeConflict } from "./conflicts-query.ts";
import { DecideBar } from "./decide-bar.tsx";
import { DecisionNotes } from "./decision-notes.tsx";
import { listCommand } from "./inbox-command.ts";
import { useDraft } from "./use-draft.ts";

interface ConflictDetailProps {
  readonly answer: WholeConflict;
  readonly trail: ReactNode;
  /** Open ones of the list, this one included; null: not known. */
  readonly left: number | null;
  readonly onDecided: () => void;
}

/** Base, ours and theirs side by side, and what the row shall be. */
export function ConflictDetail({ answer, trail, left, onDecided }: ConflictDetailProps) {
  const me = useMe();
  const queryClient = useQueryClient();
  const model = useMemo(() => modelOf(answer), [answer]);
  const control = useDraft(model);
  const { state, about, draft } = control;
  const [at, setAt] = useState(0);
  const [editing, setEditing] = useState<string | null>(null);
  const live = answer.state === "open" || answer.state === "resolved";
  const mayDecide = live && me.can("conflicts:resolve");
  const decide = useMutation({
    mutationFn: (body: ChoiceBody) =>
      api.conflicts.resolveConflict({
        params: { id: answer.id },
        body: { ...body, seen: about.versions, decision: about.decisionId },
      }),
    onSuccess: (_, body) => {
      notifications.show({
        autoClose: TOLD_MS,
        message: `${keyText(answer)}: ${choiceText(body.choice)}. ${leftText(left, answer.state)}`,
      });
      void queryClient.invalidateQueries({ queryKey: ["conflicts"] });
      onDecided();
    },
    onError: (error) => {
      // Somebody was faster: what they decided is shown with the refusal.
      if (isCodedError(error) && error.code === "resource.changed")
        void queryClient.invalidateQueries(conflictQuery(answer.id));
    },
  });
  const send = () => {
    if (mayDecide && state.kind === "ready" && !decide.isPending) decide.mutate(state.body);
  };
  const rows = about.open;
  const current = rows[Math.min(at, rows.length - 1)];
  const pickSide = (side: Side) => mayDecide && control.pickSide(side);
  const pickCell = (side: Side) => {
    if (!mayDecide) return;
    if (current === undefined || about.conflict[side]?.get(current) === undefined) pickSide(side);
    else control.pickCell(current, { from: side });
  };
  useShortcuts("This conflict", [
    { keys: "ArrowDown", label: "The next column", run: () => setAt(Math.min(at + 1, rows.length - 1)) },
    { keys: "ArrowUp", label: "The column before", run: () => setAt(Math.max(at - 1, 0)) },
    { keys: "o", label: "This column from ours", run: () => pickCell("ours") },
    { keys: "t", label: "This column from theirs", run: () => pickCell("theirs") },
    { keys: "b", label: "This column from the base", run: () => pickCell("base") },
    {
      keys: "e",
      label: "Type a value for this column",
      run: () => mayDecide && current !== undefined && setEditing(current),
    },
    { keys: "O", label: "The whole row from ours", run: () => pickSide("ours") },
    { keys: "T", label: "The whole row from theirs", run: () => pickSide("theirs") },
    { keys: "B", label: "The whole row from the base", run: () => pickSide("base") },
    { keys: "x", label: "No row", run: () => mayDecide && !about.whole && control.pickNoRow() },
    { keys: "u", label: "Take back the last choice", run: control.undo },
    { keys: "Enter", label: "Decide, and go to the next conflict", run: send },
  ]);
  const { sides, jobKind, jobId, runId, jobName } = answer;
  return (
    <>
      <PageHeader
        title={`${answer.table} · ${keyText(answer)}`}
        trail={[trail]}
        places={[sides.ours, sides.theirs].filter((place) => place !== null)}
        badges={
          <Group gap={6}>
            <StateBadge state="conflicted" label={kindText(answer.kind)} />
            {answer.state !== "open" && (
              <StateBadge
                state={answer.state === "resolved" ? "approved" : answer.state}
                label={STATES[answer.state]}
              />
            )}
          </Group>
        }
        description={
          <>
            Came up <Ago at={answer.createdAt} /> in{" "}
            {jobId !== null && (
              <PageLink to="/jobs/$jobId" params={{ jobId }} underline="always">
                {jobName ?? "its job"}
              </PageLink>
            )}
            {jobId !== null && runId !== null && ", "}
            {runId !== null && (
              <PageLink to="/runs/$runId" params={{ runId }} underline="always">
                run {runId.slice(0, 8)}
              </PageLink>
            )}
            {jobId === null && runId === null && "a run that is gone"}; seen last <Ago at={answer.seenAt} />
          </>
        }
        command={listCommand({
          jobName,
          table: answer.table,
          ...(answer.state === "open" ? {} : { state: answer.state }),
          ...keyOf(answer),
        })}
      />
      <DecisionNotes
        answer={answer}
        control={control}
        model={model}
        error={decide.error}
        reset={decide.reset}
      />
      <div className="sl-card">
        <CellGrid
          model={about}
          control={control}
          sides={sides}
          jobKind={jobKind}
          current={current ?? null}
          setCurrent={(column) => setAt(Math.max(rows.indexOf(column), 0))}
          editing={editing}
          setEditing={setEditing}
          mayDecide={mayDecide}
        />
        {live && (
          <DecideBar
            bothSides={jobKind === "bi-sync"}
            state={state}
            draft={draft}
            model={about}
            mayDecide={mayDecide}
            busy={decide.isPending}
            canUndo={control.canUndo}
            undo={control.undo}
            send={send}
            pickNoRow={control.pickNoRow}
          />
        )}
      </div>
      {live && (
        <Text size="sm" c="dimmed" mt="sm">
          {carriedOutBy({ kind: jobKind, jobId })} Until then it can be decided anew.
        </Text>
      )}
    </>
  );
}

/** Text of its key by which it is found; of several columns the longest one says most. */
function keyOf({ key }: WholeConflict): { readonly key?: string } {
  const [text] = Object.values(key)
    .filter((value) => value !== null)
    .sort((a, b) => b.length - a.length);
  return text === undefined || text === "" ? {} : { key: text };
}

const TOLD_MS = 2_500;
const STATES = { open: "Open", resolved: "Decided", applied: "Written", superseded: "Void" } as const;

function leftText(left: number | null, state: WholeConflict["state"]): string {
  if (left === null) return "";
  const others = state === "open" ? left - 1 : left;
  return others === 0 ? "Nothing else is open." : `${counted(others, "conflict")} left.`;
}
