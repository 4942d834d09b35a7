import { Anchor, Autocomplete, Group, Input, Select, Stack, TagsInput, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { describeError } from "../../api/describe-error.ts";
import { tablesQuery, tenantsQuery } from "../../api/place-tables.ts";
import { databasesQuery } from "../../api/places.ts";
import { EnvironmentBadge } from "../environment-badge.tsx";
import {
  locatorOfParts,
  locatorProblem,
  NO_PLACE,
  type PlaceParts,
  partsOfLocator,
  tableInPlace,
  tableProblem,
} from "./place-parts.ts";

interface PlacePickerProps {
  /** "Source". */
  readonly label: string;
  readonly description?: ReactNode;
  /** Locator; empty while nothing, or not all of it, is chosen. */
  readonly value: string;
  readonly onChange: (locator: string) => void;
  readonly error?: ReactNode;
  readonly required?: boolean;
  /** Rows are written there: says what the server's protection means for it. */
  readonly writes?: boolean;
  readonly disabled?: boolean;
}

/** A place: server, then tenant, then tables; or its locator as a text. */
export function PlacePicker(props: PlacePickerProps) {
  const { label, description, value, onChange, error, required = false, writes = false } = props;
  const { disabled = false } = props;
  const id = useId();
  const [parts, setParts] = usePlaceParts(value, onChange);
  const [typing, setTyping] = useState(() => value !== "" && partsOfLocator(value) === null);
  useEffect(() => {
    if (value !== "" && partsOfLocator(value) === null) setTyping(true);
  }, [value]);
  const databases = useQuery(databasesQuery);
  const chosen = databases.data?.items.find(({ server }) => server === parts.server);
  const problem = typing ? locatorProblem(value) : null;
  return (
    <Stack gap={4} role="group" aria-labelledby={id}>
      <Group justify="space-between" gap="xs">
        <Group gap="xs">
          <Input.Label id={id} component="div" required={required}>
            {label}
          </Input.Label>
          {chosen !== undefined && chosen.environment !== null && (
            <EnvironmentBadge name={chosen.environment} />
          )}
        </Group>
        <Anchor
          component="button"
          type="button"
          size="xs"
          c="var(--sl-accent-text)"
          disabled={disabled || (typing && value !== "" && partsOfLocator(value) === null)}
          onClick={() => setTyping(!typing)}
        >
          {typing ? "Choose from lists" : "Type a locator"}
        </Anchor>
      </Group>
      {description !== undefined && <Input.Description>{description}</Input.Description>}
      {typing ? (
        <TextInput
          className="sl-mono"
          aria-label={`${label}: locator`}
          placeholder="server:tenant:tables"
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
          error={problem !== null}
          disabled={disabled}
          spellCheck={false}
          autoComplete="off"
        />
      ) : (
        <Group gap="xs" align="flex-start" wrap="wrap">
          <ServerSelect
            label={label}
            parts={parts}
            onChange={setParts}
            disabled={disabled}
            required={required}
          />
          <TenantInput label={label} parts={parts} onChange={setParts} disabled={disabled} />
          <TablesInput label={label} parts={parts} onChange={setParts} disabled={disabled} />
        </Group>
      )}
      {writes && chosen !== undefined && <Protection protection={chosen.protection} />}
      {problem !== null && <Input.Error>{problem}</Input.Error>}
      {problem === null && error !== undefined && error !== null && <Input.Error>{error}</Input.Error>}
    </Stack>
  );
}

/** What was chosen so far; others hear of it when it is a whole place. */
function usePlaceParts(value: string, onChange: (locator: string) => void) {
  const [parts, setParts] = useState<PlaceParts>(() => partsOfLocator(value) ?? NO_PLACE);
  const told = useRef(value);
  useEffect(() => {
    if (value === told.current) return;
    told.current = value;
    setParts(partsOfLocator(value) ?? NO_PLACE);
  }, [value]);
  const set = (next: PlaceParts) => {
    setParts(next);
    told.current = locatorOfParts(next) ?? "";
    onChange(told.current);
  };
  return [parts, set] as const;
}

interface PartProps {
  readonly label: string;
  readonly parts: PlaceParts;
  readonly onChange: (parts: PlaceParts) => void;
  readonly disabled: boolean;
}

function ServerSelect({
  label,
  parts,
  onChange,
  disabled,
  required,
}: PartProps & { readonly required: boolean }) {
  const { data, error } = useQuery(databasesQuery);
  const items = data?.items ?? [];
  const names = [
    ...new Set([...items.map(({ server }) => server), ...(parts.server === "" ? [] : [parts.server])]),
  ];
  return (
    <Select
      aria-label={`${label}: server`}
      placeholder="Server"
      allowDeselect={!required}
      clearable={!required}
      w={190}
      searchable
      data={names}
      value={parts.server === "" ? null : parts.server}
      onChange={(server) => onChange({ ...NO_PLACE, server: server ?? "" })}
      renderOption={({ option: { value } }) => {
        const found = items.find(({ server }) => server === value);
        return (
          <Group justify="space-between" wrap="nowrap" w="100%" gap="xs">
            <Text size="sm" truncate>
              {value}
            </Text>
            {found !== undefined && found.environment !== null && (
              <EnvironmentBadge name={found.environment} />
            )}
          </Group>
        );
      }}
      nothingFoundMessage={
        error === null
          ? "No server is called like that."
          : `The servers could not be read: ${describeError(error).message}`
      }
      comboboxProps={{ width: 260, position: "bottom-start" }}
      disabled={disabled}
    />
  );
}

function TenantInput({ label, parts, onChange, disabled }: PartProps) {
  const { server, tenant } = parts;
  const query = useQuery({ ...tenantsQuery(server), enabled: server !== "" });
  const tenants = query.data?.tenants ?? [];
  const latest = useRef({ parts, onChange });
  latest.current = { parts, onChange };
  // Where there is no choice, none is asked for.
  const only = tenants.length === 1 ? tenants[0] : undefined;
  useEffect(() => {
    const { parts: now, onChange: change } = latest.current;
    if (only !== undefined && now.server === server && now.tenant === "") change({ ...now, tenant: only });
  }, [only, server]);
  const failed = query.data?.problem ?? (query.error === null ? null : describeError(query.error).message);
  return (
    <Autocomplete
      aria-label={`${label}: tenant`}
      placeholder={query.isFetching && tenant === "" ? "Reading the tenants…" : "Tenant"}
      w={170}
      data={[...tenants]}
      limit={100}
      value={tenant}
      onChange={(next) => onChange({ ...parts, tenant: next, tables: [] })}
      disabled={disabled || server === ""}
      description={
        failed === null || failed === undefined ? undefined : `Not listed (${failed}); type its name.`
      }
      inputWrapperOrder={["input", "description"]}
      spellCheck={false}
    />
  );
}

function TablesInput({ label, parts, onChange, disabled }: PartProps) {
  const { server, tenant, tables } = parts;
  const all = locatorOfParts({ server, tenant, tables: [] });
  const [opened, setOpened] = useState(false);
  const query = useQuery({ ...tablesQuery(all ?? ""), enabled: opened && all !== null });
  const names = query.data?.items.map((table) => tableInPlace(table, query.data.schema)) ?? [];
  const wrong = tables.map(tableProblem).find((problem) => problem !== null);
  const failed = query.error === null ? null : describeError(query.error).message;
  return (
    <TagsInput
      aria-label={`${label}: tables`}
      placeholder={tables.length === 0 ? "All tables" : ""}
      flex={1}
      miw={180}
      size="sm"
      data={names}
      limit={200}
      maxDropdownHeight={260}
      value={[...tables]}
      onChange={(next) => onChange({ ...parts, tables: next })}
      onDropdownOpen={() => setOpened(true)}
      clearable
      acceptValueOnBlur
      disabled={disabled || all === null}
      error={wrong}
      description={failed === null ? undefined : `Not listed: ${failed}`}
      inputWrapperOrder={["input", "error", "description"]}
      spellCheck={false}
    />
  );
}

function Protection({ protection }: { readonly protection: string | null }) {
  if (protection === "readonly")
    return (
      <Input.Error>This server is read-only: nothing is written to it, whatever is asked for.</Input.Error>
    );
  if (protection === "protected")
    return (
      <Input.Description>
        This server is protected: its name is asked for before it is written to.
      </Input.Description>
    );
  return null;
}
