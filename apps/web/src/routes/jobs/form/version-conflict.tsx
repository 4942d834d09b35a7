import { Button, Group, Modal, Stack, Table, Text } from "@mantine/core";
import { Count } from "../../../components/count.tsx";
import type { Job } from "../job-queries.ts";
import { definitionOfForm } from "./definition-of-form.ts";
import { useJobForm } from "./form-controller.ts";
import { formOfDefinition } from "./form-of-definition.ts";
import { differencesOf, mergedDefinition } from "./merge-definitions.ts";

interface VersionConflictProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** That the form began from. */
  readonly begun: Job;
  readonly latest: Job;
  /** The form goes on from the latest version. */
  readonly onRebased: (latest: Job) => void;
}

/** Somebody else saved the job meanwhile: both versions beside each other, and how to go on. */
export function VersionConflict({ opened, onClose, begun, latest, onRebased }: VersionConflictProps) {
  const { form, set, reset } = useJobForm();
  const mine = definitionOfForm(form);
  const differences = differencesOf(begun.definition, mine, latest.definition);
  const clashes = differences.filter(({ clash }) => clash).length;
  const go = (act: () => void) => {
    act();
    onRebased(latest);
    onClose();
  };
  return (
    <Modal opened={opened} onClose={onClose} title={`${begun.name} was changed meanwhile`} size="xl">
      <Stack gap="md">
        <Text size="sm">
          You began from version <Count value={begun.version} />; version <Count value={latest.version} /> was
          saved since. Nothing that you typed is lost, and nothing is saved before you save again.
        </Text>
        <Table.ScrollContainer minWidth={560}>
          <Table aria-label="Both versions" className="sl-table">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Field</Table.Th>
                <Table.Th>Before</Table.Th>
                <Table.Th>Yours</Table.Th>
                <Table.Th>Theirs</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {differences.map(({ field, before, mine: own, theirs, clash }) => (
                <Table.Tr key={field}>
                  <Table.Td>
                    <Text size="sm" fw={clash ? 600 : 400}>
                      {field}
                    </Text>
                    {clash && (
                      <Text size="xs" c="var(--sl-update)">
                        both changed it
                      </Text>
                    )}
                  </Table.Td>
                  {[before, own, theirs].map((value, at) => (
                    <Table.Td key={at}>
                      <FieldValue value={value} />
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={() => go(() => reset(formOfDefinition(latest.definition)))}>
            Take theirs, drop mine
          </Button>
          <Button variant="default" onClick={() => go(() => {})}>
            Keep all of mine
          </Button>
          <Button
            onClick={() =>
              go(() => set(formOfDefinition(mergedDefinition(begun.definition, mine, latest.definition))))
            }
          >
            {clashes === 0 ? "Put my changes on theirs" : "Put my changes on theirs, mine where both changed"}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

export function FieldValue({ value }: { readonly value: unknown }) {
  if (value === undefined)
    return (
      <Text component="span" size="sm" c="dimmed">
        none
      </Text>
    );
  return (
    <Text component="span" className="sl-mono" style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>
      {typeof value === "string" ? value : JSON.stringify(value)}
    </Text>
  );
}
