import { Group, SegmentedControl, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { countText } from "../../components/number-text.ts";
import type { ConflictSearch } from "./conflict-search.ts";
import { kindText } from "./conflict-words.ts";
import type { ConflictCounts, ConflictGroup } from "./conflicts-query.ts";

interface InboxFiltersProps {
  readonly search: ConflictSearch;
  readonly counts: ConflictCounts | undefined;
  /** The job or run that is chosen: it may have nothing in the state that is shown. */
  readonly group: ConflictGroup | null;
  /** Parts that are undefined are left out. */
  readonly change: (part: Partial<ConflictSearch>) => void;
}

const STATES = [
  ["open", "Open"],
  ["resolved", "Decided"],
  ["applied", "Written"],
  ["superseded", "Void"],
] as const;
const TYPING_MS = 250;

/** What of the inbox is shown; everything is in the address. */
export function InboxFilters({ search, counts, group, change }: InboxFiltersProps) {
  const groups = counts?.groups ?? [];
  const isKnown =
    group === null || groups.some(({ jobId, runId }) => (jobId ?? runId) === (group.jobId ?? group.runId));
  const numbers = new Map(counts?.states.map(({ value, count }) => [value, count]));
  return (
    <Group gap="sm" align="flex-end" mb="sm">
      <SegmentedControl
        size="sm"
        aria-label="State"
        value={search.state ?? "open"}
        onChange={(state) =>
          change({ state: state === "open" ? undefined : (state as ConflictSearch["state"]) })
        }
        data={[
          ...STATES.map(([value, label]) => ({
            value,
            label: counts === undefined ? label : `${label} ${countText(numbers.get(value) ?? 0)}`,
          })),
          { value: "any", label: "All" },
        ]}
      />
      <Select
        aria-label="Came up in"
        placeholder="All jobs and runs"
        clearable
        searchable
        w={200}
        value={search.job ?? search.run ?? null}
        data={(isKnown ? groups : [{ ...group, count: 0 }, ...groups]).map((each) => ({
          value: each.jobId ?? each.runId ?? "",
          label: `${groupName(each)} (${countText(each.count)})`,
        }))}
        onChange={(value) => {
          const chosen = groups.find(({ jobId, runId }) => (jobId ?? runId) === value);
          change({ job: chosen?.jobId ?? undefined, run: chosen?.runId ?? undefined });
        }}
      />
      <Facet
        label="Table"
        all="All tables"
        value={search.table}
        facet={counts?.tables ?? []}
        change={(table) => change({ table })}
      />
      <Facet
        label="Kind"
        all="All kinds"
        value={search.kind}
        facet={counts?.kinds ?? []}
        change={(kind) => change({ kind })}
        name={kindText}
      />
      <Facet
        label="Column"
        all="All columns"
        value={search.column}
        facet={counts?.columns ?? []}
        change={(column) => change({ column })}
      />
      <KeyField value={search.key} change={(key) => change({ key })} />
    </Group>
  );
}

export function groupName({ name, kind, runId }: ConflictGroup): string {
  return name ?? `${kind ?? "run"} ${runId?.slice(0, 8) ?? ""}`;
}

interface FacetProps {
  readonly label: string;
  readonly all: string;
  readonly value: string | undefined;
  readonly facet: readonly { readonly value: string; readonly count: number }[];
  readonly change: (value: string | undefined) => void;
  readonly name?: (value: string) => string;
}

function Facet({ label, all, value, facet, change, name = (each) => each }: FacetProps) {
  const known = facet.some((each) => each.value === value);
  const options = value === undefined || known ? facet : [{ value, count: 0 }, ...facet];
  return (
    <Select
      aria-label={label}
      placeholder={all}
      clearable
      searchable
      w={140}
      value={value ?? null}
      data={options.map((each) => ({
        value: each.value,
        label: `${name(each.value)} (${countText(each.count)})`,
      }))}
      onChange={(chosen) => change(chosen ?? undefined)}
    />
  );
}

interface KeyFieldProps {
  readonly value: string | undefined;
  readonly change: (value: string | undefined) => void;
}

/** Typed text reaches the address when it rests. */
function KeyField({ value = "", change }: KeyFieldProps) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const send = useDebouncedCallback((typed: string) => change(typed === "" ? undefined : typed), TYPING_MS);
  return (
    <TextInput
      aria-label="Text of the key"
      placeholder="Key contains"
      w={140}
      value={text}
      onChange={({ currentTarget }) => {
        setText(currentTarget.value);
        send(currentTarget.value);
      }}
    />
  );
}
