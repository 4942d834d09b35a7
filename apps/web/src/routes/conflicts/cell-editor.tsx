import { Button, Checkbox, Group, Stack, Textarea } from "@mantine/core";
import type { RowValue } from "@syncline/core";
import { useState } from "react";

interface CellEditorProps {
  readonly column: string;
  readonly type: string;
  readonly value: RowValue;
  readonly onSet: (value: RowValue) => void;
  readonly onCancel: () => void;
}

/** A value as the database writes it. NULL is said, never guessed from an empty text. */
export function CellEditor({ column, type, value, onSet, onCancel }: CellEditorProps) {
  // Browsers give line ends as one character, whatever the value has.
  const before = (value ?? "").replaceAll(/\r\n?/g, "\n");
  const [text, setText] = useState(before);
  const [isNull, setIsNull] = useState(value === null);
  const written = () => {
    if (value !== null && text === before) return value;
    return isWindowsText(value) ? text.replaceAll("\n", "\r\n") : text;
  };
  const set = () => onSet(isNull ? null : written());
  return (
    <Stack
      gap={6}
      onKeyDown={(event) => {
        if (event.key === "Escape") onCancel();
        else if (
          event.key === "Enter" &&
          (event.ctrlKey || event.metaKey || !text.includes("\n")) &&
          !event.shiftKey
        ) {
          if (event.target instanceof HTMLButtonElement) return;
          event.preventDefault();
          set();
        } else return;
        event.stopPropagation();
      }}
    >
      <Textarea
        aria-label={`Value of ${column}`}
        placeholder={isNull ? "NULL" : type}
        classNames={{ input: "sl-mono" }}
        size="xs"
        autosize
        minRows={1}
        maxRows={12}
        value={isNull ? "" : text}
        autoFocus
        spellCheck={false}
        onChange={({ currentTarget }) => {
          setText(currentTarget.value);
          setIsNull(false);
        }}
      />
      <Checkbox
        size="xs"
        label="NULL"
        checked={isNull}
        onChange={({ currentTarget }) => setIsNull(currentTarget.checked)}
      />
      <Group gap={6}>
        <Button size="compact-xs" onClick={set}>
          Set
        </Button>
        <Button size="compact-xs" variant="default" onClick={onCancel}>
          Cancel
        </Button>
      </Group>
    </Stack>
  );
}

/** Every line of it ends with both. */
function isWindowsText(value: RowValue): boolean {
  return value?.includes("\r\n") === true && !/(^|[^\r])\n|\r(?!\n)/.test(value);
}
