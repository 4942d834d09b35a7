import { Button, Group, Text } from "@mantine/core";
import { IconPlus, IconSnowflake } from "@tabler/icons-react";
import { useState } from "react";
import { useMe } from "../../api/me.ts";
import { actorText } from "../../components/actor-text.ts";
import { Ago } from "../../components/ago.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { EnvironmentBadge } from "../../components/environment-badge.tsx";
import { ErrorState } from "../../components/error-state.tsx";
import { type ListColumn, ListTable } from "../../components/list-table.tsx";
import { LinesSkeleton } from "../../components/query-boundary.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { daysText } from "./days-text.ts";
import { EnvironmentDialog } from "./environment-dialog.tsx";
import { useEnvironments } from "./environments-query.ts";
import { FreezeDialog } from "./freeze-dialog.tsx";
import type { KnownEnvironment } from "./known-environments.ts";

/** Environments with what writing there takes. */
export function EnvironmentsPanel() {
  const me = useMe();
  const { data, error, refetch } = useEnvironments();
  const [edited, setEdited] = useState<KnownEnvironment | "new" | null>(null);
  const [frozen, setFrozen] = useState<KnownEnvironment | null>(null);
  const mayCreate = me.can("projects:write");
  const columns: readonly ListColumn<KnownEnvironment>[] = [
    ...COLUMNS,
    {
      id: "actions",
      header: <span className="sl-visually-hidden">Actions</span>,
      align: "right",
      cell: (environment) => {
        if (!me.can("environments:write", environment.name)) return null;
        const isFrozen = environment.frozen !== null;
        const byConfig = isFrozen && environment.stored?.frozen == null;
        return (
          <Group gap="xs" justify="flex-end" wrap="nowrap">
            <Button variant="default" size="xs" onClick={() => setEdited(environment)}>
              Change
            </Button>
            <Button
              variant="default"
              size="xs"
              leftSection={<IconSnowflake size={14} aria-hidden />}
              onClick={() => setFrozen(environment)}
              disabled={byConfig}
              title={byConfig ? "The config file froze it; the operator ends that there." : ""}
            >
              {isFrozen ? "Thaw" : "Freeze"}
              <span className="sl-visually-hidden"> {environment.name}</span>
            </Button>
          </Group>
        );
      },
    },
  ];
  return (
    <>
      {error !== null && (
        <ErrorState what="The environments could not be read" error={error} retry={refetch} />
      )}
      {data === undefined && error === null && <LinesSkeleton lines={4} />}
      {data !== undefined && (
        <>
          <ListTable
            label="Environments"
            rows={data}
            rowKey={({ name }) => name}
            columns={columns}
            empty={
              <EmptyState
                title="No environments yet"
                action={
                  mayCreate ? (
                    <Button onClick={() => setEdited("new")}>Create an environment</Button>
                  ) : undefined
                }
              >
                An environment groups servers, such as prod or staging: it has its colour on every page, its
                approvals, and can be frozen.
              </EmptyState>
            }
          />
          {mayCreate && data.length > 0 && (
            <Group mt="sm">
              <Button
                variant="default"
                leftSection={<IconPlus size={16} aria-hidden />}
                onClick={() => setEdited("new")}
              >
                Create an environment
              </Button>
            </Group>
          )}
        </>
      )}
      <EnvironmentDialog
        environment={edited}
        taken={(data ?? []).map(({ name }) => name)}
        onClose={() => setEdited(null)}
      />
      <FreezeDialog environment={frozen} onClose={() => setFrozen(null)} />
    </>
  );
}

const COLUMNS: readonly ListColumn<KnownEnvironment>[] = [
  { id: "name", header: "Environment", cell: ({ name }) => <EnvironmentBadge name={name} /> },
  {
    id: "servers",
    header: "Servers",
    cell: ({ servers }) =>
      servers.length === 0 ? (
        <Text component="span" c="dimmed" inherit>
          none
        </Text>
      ) : (
        <span className="sl-mono">{servers.join(", ")}</span>
      ),
  },
  {
    id: "approvals",
    header: "Approvals",
    cell: ({ approvals, config }) => (
      <span
        className="sl-mono"
        style={{ whiteSpace: "nowrap" }}
        title={
          config === null || config.approvals === 0 ? "" : `The config file asks for ${config.approvals}.`
        }
      >
        {approvals === 0 ? "none" : approvals}
        {config !== null && config.approvals > 0 && " (config)"}
      </span>
    ),
  },
  {
    id: "expiry",
    header: "Approvals hold",
    cell: ({ approvalSeconds }) => daysText(approvalSeconds),
  },
  {
    id: "signatures",
    header: "Signatures",
    cell: ({ signatures }) => (signatures ? "required" : "no"),
  },
  {
    id: "frozen",
    header: "Writes",
    cell: ({ frozen }) =>
      frozen === null ? (
        "allowed"
      ) : (
        <Group gap={6} wrap="nowrap">
          <StateBadge state="paused" label="frozen" />
          <Text component="span" size="xs">
            {frozen.reason}
            <Text component="span" c="dimmed" inherit>
              {" "}
              · {frozen.by === null ? "the config file" : actorText(frozen.by)}{" "}
              {frozen.at !== null && <Ago at={frozen.at} />}
            </Text>
          </Text>
        </Group>
      ),
  },
];
