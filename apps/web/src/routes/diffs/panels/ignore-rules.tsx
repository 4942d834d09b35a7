import { ActionIcon, Button, Group, MultiSelect, Select, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { CommandLine } from "../../../components/command-line.tsx";
import { comparisonCommand } from "../comparison-command.ts";
import type { ExplorerPanelProps } from "../explorer-props.ts";
import { changedColumns, ruleField } from "./column-shares.ts";
import { IgnorePreviewText } from "./ignore-preview.tsx";
import { KeepRules } from "./keep-rules.tsx";
import {
  hasRules,
  isComparing,
  isTolerable,
  NO_RULES,
  type RuleTexts,
  toleranceExample,
  withRules,
} from "./rule-texts.ts";
import { useRuleTarget } from "./use-rule-target.ts";

interface IgnoreRulesProps extends Pick<ExplorerPanelProps, "patch" | "tables"> {
  readonly first?: RuleTexts;
}

interface ToleranceLine {
  readonly field: string;
  readonly text: string;
}

const PREVIEW_AFTER_MS = 300;

/** Columns to leave out and differences to tolerate: what they would take away, then where to keep them. */
export function IgnoreRules({ patch, tables, first = NO_RULES }: IgnoreRulesProps) {
  const [fields, setFields] = useState<readonly string[]>(first.ignoreFields);
  const [lines, setLines] = useState<readonly ToleranceLine[]>(() =>
    Object.entries(first.tolerance).map(([field, text]) => ({ field, text })),
  );
  const target = useRuleTarget(patch);
  const rules: RuleTexts = {
    ignoreFields: fields,
    tolerance: Object.fromEntries(
      lines.flatMap(({ field, text }) => (field === "" || text.trim() === "" ? [] : [[field, text.trim()]])),
    ),
  };
  const [shown] = useDebouncedValue(rules, PREVIEW_AFTER_MS);
  const columns = changedColumns(tables, undefined);
  const ignorable = [
    ...new Set([...columns.filter(({ isKey }) => !isKey).map((each) => ruleField(tables, each)), ...fields]),
  ];
  const tolerable = new Map(
    columns.filter(({ type }) => isTolerable(type)).map((each) => [ruleField(tables, each), each.type]),
  );
  const setLine = (at: number, line: Partial<ToleranceLine>) =>
    setLines(lines.map((each, place) => (place === at ? { ...each, ...line } : each)));
  const definition = target.run?.definition;
  return (
    <Stack gap="md">
      <MultiSelect
        label="Ignore columns"
        description="Rows that differ only there count as equal."
        data={ignorable}
        value={[...fields]}
        onChange={setFields}
        searchable
        clearable
        hidePickedOptions
        nothingFoundMessage="No changed column is called so"
        comboboxProps={{ withinPortal: true }}
      />
      <Stack gap={6}>
        <Text size="sm" fw={500}>
          Tolerances
        </Text>
        {lines.map(({ field, text }, at) => (
          <Group key={at} gap="xs" wrap="nowrap">
            <Select
              aria-label={`Column of tolerance ${at + 1}`}
              data={[...tolerable.keys()]}
              value={field === "" ? null : field}
              onChange={(value) => setLine(at, { field: value ?? "" })}
              placeholder="Column"
              searchable
              w={240}
            />
            <TextInput
              aria-label={`Greatest difference of tolerance ${at + 1}`}
              value={text}
              onChange={(event) => setLine(at, { text: event.currentTarget.value })}
              placeholder={toleranceExample(tolerable.get(field) ?? "")}
              className="sl-mono"
              w={160}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Remove tolerance ${at + 1}`}
              onClick={() => setLines(lines.filter((_, place) => place !== at))}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        ))}
        <div>
          <Button
            variant="default"
            size="xs"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => setLines([...lines, { field: "", text: "" }])}
            disabled={tolerable.size === 0}
          >
            Add a tolerance
          </Button>
          {tolerable.size === 0 && (
            <Text span size="xs" c="dimmed" ml="sm">
              No changed column holds numbers or times.
            </Text>
          )}
        </div>
      </Stack>
      <IgnorePreviewText patchId={patch.id} rules={shown} />
      {hasRules(rules) && definition !== undefined && isComparing(definition) && (
        <CommandLine command={comparisonCommand(withRules(definition, rules))} />
      )}
      {hasRules(rules) && <KeepRules rules={rules} target={target} />}
    </Stack>
  );
}
