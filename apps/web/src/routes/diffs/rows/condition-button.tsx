import { Button, Popover, SegmentedControl, Select, Stack, TextInput } from "@mantine/core";
import { IconFilter } from "@tabler/icons-react";
import { useState } from "react";
import type { PatchTable } from "../explorer-props.ts";
import type { ValueCondition } from "../explorer-search.ts";

interface ConditionButtonProps {
  readonly tables: readonly PatchTable[];
  readonly onAdd: (condition: ValueCondition) => void;
  readonly disabled: boolean;
}

/** Asks for a condition on one column. */
export function ConditionButton({ tables, onAdd, disabled }: ConditionButtonProps) {
  const [opened, setOpened] = useState(false);
  const [column, setColumn] = useState<string | null>(null);
  const [side, setSide] = useState<ValueCondition["side"]>("either");
  const [test, setTest] = useState<"equals" | "contains" | "null">("equals");
  const [value, setValue] = useState("");
  const columns = [...new Set(tables.flatMap((table) => table.columns.map(({ name }) => name)))];
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" shadow="md" trapFocus withinPortal>
      <Popover.Target>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconFilter size={14} aria-hidden />}
          onClick={() => setOpened(!opened)}
          disabled={disabled}
        >
          Value…
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          aria-label="A condition on a value"
          onSubmit={(event) => {
            event.preventDefault();
            if (column === null) return;
            onAdd({
              column,
              side,
              test: test === "null" ? "equals" : test,
              value: test === "null" ? null : value,
            });
            setOpened(false);
            setValue("");
          }}
        >
          <Stack gap="xs" w={280}>
            <Select
              size="xs"
              label="Column"
              searchable
              data={columns}
              limit={200}
              value={column}
              onChange={setColumn}
              comboboxProps={{ withinPortal: false }}
              data-autofocus
            />
            <SegmentedControl
              size="xs"
              aria-label="Which value"
              value={side}
              onChange={(next) => setSide(next as ValueCondition["side"])}
              data={[
                { value: "either", label: "Old or new" },
                { value: "old", label: "Old" },
                { value: "new", label: "New" },
              ]}
            />
            <SegmentedControl
              size="xs"
              aria-label="Test"
              value={test}
              onChange={(next) => setTest(next as typeof test)}
              data={[
                { value: "equals", label: "equals" },
                { value: "contains", label: "contains" },
                { value: "null", label: "is NULL" },
              ]}
            />
            {test !== "null" && (
              <TextInput
                size="xs"
                label="Value"
                value={value}
                onChange={(event) => setValue(event.currentTarget.value)}
                spellCheck={false}
                maxLength={4096}
              />
            )}
            <Button
              type="submit"
              size="xs"
              disabled={column === null || (test === "contains" && value === "")}
            >
              Add the condition
            </Button>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
