import { Alert, Button, Group, Text } from "@mantine/core";
import { isCodedError } from "@syncline/core";
import { Ago } from "../../components/ago.tsx";
import { ErrorState } from "../../components/error-state.tsx";
import { ValueView } from "../../components/value-view.tsx";
import type { ConflictModel } from "./conflict-model.ts";
import { choiceText } from "./conflict-words.ts";
import type { WholeConflict } from "./conflicts-query.ts";
import type { DraftControl } from "./use-draft.ts";

interface DecisionNotesProps {
  readonly answer: WholeConflict;
  readonly model: ConflictModel;
  readonly control: DraftControl;
  readonly error: unknown;
  readonly reset: () => void;
}

/** What was decided before, by whom; and what somebody else did while this was looked at. */
export function DecisionNotes({ answer, model, control, error, reset }: DecisionNotesProps) {
  const { about } = control;
  const refused = isCodedError(error) && error.code === "resource.changed";
  const rowMoved = about.versions !== model.versions;
  const moved = rowMoved || about.decisionId !== model.decisionId || refused;
  const [newest] = answer.decisions;
  const ended = answer.state === "applied" || answer.state === "superseded";
  return (
    <div aria-live="polite">
      {error !== null && error !== undefined && !refused && (
        <ErrorState what="It was not decided" error={error} />
      )}
      {moved && (
        <Alert
          variant="outline"
          color="yellow"
          mb="sm"
          bg="var(--sl-update-tint)"
          title="Changed while you were looking at it"
          styles={{ title: { color: "var(--sl-update)" } }}
        >
          <Text size="sm">
            {rowMoved
              ? "The row itself was changed. Your choices were about the row as it was."
              : newest !== undefined && newest.id !== about.decisionId
                ? "Somebody else decided it meanwhile:"
                : "It was decided or changed meanwhile."}
          </Text>
          {!rowMoved && newest !== undefined && <DecisionText decision={newest} />}
          <Group mt="xs">
            <Button
              size="xs"
              variant="default"
              onClick={() => {
                control.goOn();
                reset();
              }}
            >
              {rowMoved ? "Show the row as it is now" : "Decide anew with my choices"}
            </Button>
          </Group>
        </Alert>
      )}
      {!moved && newest !== undefined && (
        <Group gap="xs" mb="sm" className="sl-card" px="sm" py={6}>
          <DecisionText decision={newest} />
          {ended && (
            <Text size="sm" c="dimmed">
              {answer.state === "applied"
                ? "It was written."
                : "It is void: the row was changed, or became equal, before it was written."}
            </Text>
          )}
        </Group>
      )}
      {!moved && newest === undefined && answer.state === "superseded" && (
        <Text size="sm" c="dimmed" mb="sm">
          The row was changed since, or became equal on both sides: there is nothing to decide any more.
        </Text>
      )}
    </div>
  );
}

function DecisionText({ decision }: { readonly decision: WholeConflict["decisions"][number] }) {
  const { choice, row, resolvedBy, resolvedAt } = decision;
  return (
    <Text size="sm" component="div">
      <strong>{choice === "row" && row === null ? "No row" : choiceText(choice)}</strong> was chosen by{" "}
      <bdi>{resolvedBy.replace(/^\w+:/, "")}</bdi> <Ago at={resolvedAt} />
      {row !== null && (
        <>
          {": "}
          {Object.entries(row)
            .slice(0, 4)
            .map(([column, value], at) => (
              <span key={column}>
                {at > 0 && ", "}
                <span className="sl-mono">{column}</span> <ValueView value={value} limit={60} />
              </span>
            ))}
        </>
      )}
    </Text>
  );
}
