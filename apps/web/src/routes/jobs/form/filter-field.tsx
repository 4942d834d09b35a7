import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { pathOf, useJobForm } from "./form-controller.ts";

const EXAMPLES = [
  ["One value", { where: { status: "active" } }],
  ["A range", { where: { created_at: { $gte: "2026-01-01" } } }],
  ["Any of these", { where: { $or: [{ city: "Brno" }, { city: null }] } }],
  ["By table", { tables: { orders: { where: { total: { $gt: 100 } } } } }],
  ["A text anywhere", { search: "acme" }],
] as const;

/** A filter document, with what may stand in one. */
export function FilterField() {
  const { form, set, problem } = useJobForm();
  const { filter } = form;
  return (
    <Stack gap={6}>
      <Textarea
        label="Filter"
        description="Only rows for which this holds, as a JSON document. Columns are named exactly as in the database."
        placeholder='{"where": {"status": "active"}}'
        classNames={{ input: "sl-mono" }}
        autosize
        minRows={filter === undefined ? 1 : 3}
        maxRows={20}
        value={filter ?? ""}
        onChange={(event) =>
          set({ filter: event.currentTarget.value === "" ? undefined : event.currentTarget.value })
        }
        error={problem(pathOf("filter"))}
        spellCheck={false}
      />
      <Group gap={6}>
        <Text size="xs" c="dimmed" component="span">
          {filter === undefined ? "Begin with" : "Replace by"}
        </Text>
        {EXAMPLES.map(([label, document]) => (
          <Button
            key={label}
            variant="default"
            size="compact-xs"
            onClick={() => set({ filter: JSON.stringify(document, null, 2) })}
          >
            {label}
          </Button>
        ))}
      </Group>
    </Stack>
  );
}
