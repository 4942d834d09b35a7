import { Stack, Text, Title } from "@mantine/core";
import { EmptyState } from "../../components/empty-state.tsx";
import { Facts } from "../../components/facts.tsx";
import { type ListColumn, ListTable } from "../../components/list-table.tsx";
import { LinesSkeleton, QueryBoundary } from "../../components/query-boundary.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { daysText } from "../servers/days-text.ts";
import { limitText } from "./limit-text.ts";
import { type SettingsAnswer, useSettings } from "./settings-query.ts";

type Limit = SettingsAnswer["limits"][number];
type Feature = SettingsAnswer["features"][number];

const ORIGINS: Readonly<Record<Limit["origin"], string>> = {
  default: "default",
  config: "the config file",
  environment: "the environment",
};

const LIMITS: readonly ListColumn<Limit>[] = [
  { id: "about", header: "Limit", cell: ({ about }) => about },
  {
    id: "value",
    header: "Now",
    align: "right",
    cell: ({ value, unit, afterRestart }) => (
      <>
        <span className="sl-mono">{limitText(value, unit)}</span>
        {afterRestart !== null && (
          <Text size="xs" c="var(--sl-update)">
            {limitText(afterRestart, unit)} after a restart
          </Text>
        )}
      </>
    ),
  },
  { id: "origin", header: "Set by", cell: ({ origin }) => ORIGINS[origin] },
  {
    id: "key",
    header: "Changed by",
    cell: ({ key, variable }) => (
      <>
        <span className="sl-mono">{key}</span>{" "}
        <Text component="span" size="xs" c="dimmed">
          or <span className="sl-mono">{variable}</span>
        </Text>
      </>
    ),
  },
];

const FEATURES: readonly ListColumn<Feature>[] = [
  {
    id: "name",
    header: "Feature",
    cell: ({ name }) => <span className="sl-mono">{name}</span>,
  },
  {
    id: "on",
    header: "State",
    cell: ({ on }) => <StateBadge state={on ? "done" : "expired"} label={on ? "on" : "off"} />,
  },
  { id: "about", header: "What it switches", cell: ({ about }) => about },
  { id: "origin", header: "Set by", cell: ({ origin }) => ORIGINS[origin] },
];

/** What holds at this server. Read-only: each line says where it is changed. */
export function LimitsPanel() {
  const settings = useSettings();
  return (
    <QueryBoundary
      query={settings}
      failed="The settings could not be read"
      skeleton={<LinesSkeleton lines={14} height={38} />}
    >
      {(found) => (
        <Stack gap="lg">
          <section aria-labelledby="limits">
            <Title order={2} id="limits" mb="xs">
              Limits and retention
            </Title>
            <ListTable
              label="Limits"
              rows={found.limits}
              rowKey={({ key }) => key}
              columns={LIMITS}
              empty={<EmptyState title="No limits" />}
            />
          </section>
          <section aria-labelledby="features">
            <Title order={2} id="features">
              Features
            </Title>
            <Text size="sm" c="dimmed" mb="xs">
              Switched by <span className="sl-mono">features</span> of the config file, or{" "}
              <span className="sl-mono">SYNCLINE_FEATURES=+name,-name</span>.
            </Text>
            <ListTable
              label="Features"
              rows={found.features}
              rowKey={({ name }) => name}
              columns={FEATURES}
              empty={<EmptyState title="No features" />}
            />
          </section>
          <section aria-labelledby="service">
            <Title order={2} id="service" mb="xs">
              This server
            </Title>
            <div className="sl-card" style={{ padding: "var(--mantine-spacing-md)" }}>
              <Facts facts={serviceFacts(found)} />
            </div>
          </section>
        </Stack>
      )}
    </QueryBoundary>
  );
}

function serviceFacts({ version, configFile, signIn, storage, fixed }: SettingsAnswer) {
  const { oidc } = signIn;
  const names = (all: readonly string[]) => (all.length === 0 ? "none" : all.join(", "));
  const ways = [
    ...(signIn.password ? ["password"] : []),
    ...(oidc === null ? [] : [`${oidc.name} (${oidc.issuer})`]),
  ];
  return [
    ["Version", version],
    ["Config file", configFile ?? "none: the defaults hold"],
    ["Sign-in by", names(ways)],
    ...(oidc === null
      ? []
      : ([
          [
            "Who was not invited",
            oidc.newcomers === null
              ? "is refused"
              : `becomes ${oidc.newcomers.role}, with an address of ${names(oidc.newcomers.domains)}`,
          ],
        ] as const)),
    [
      "Sessions",
      `end after ${daysText(signIn.idleSeconds)} without use, and after ${daysText(signIn.lifetimeSeconds)} in any case`,
    ],
    ["Address of the dashboard", signIn.publicUrl ?? "not set (SYNCLINE_PUBLIC_URL)"],
    [
      "Control database",
      storage.database === "embedded" ? "embedded in this server" : "a PostgreSQL of its own",
    ],
    ["Results and patches", storage.objects === "s3" ? "in an S3 bucket" : "on this server's disk"],
    ["Servers of the file", names(fixed.servers)],
    ["Other Synclines", names(fixed.remotes)],
    ["Jobs of the file", names(fixed.jobs)],
    ["Webhooks of the file", names(fixed.webhooks)],
    ["Masks", names(fixed.masks)],
    ["Data sets", names(fixed.datasets)],
  ] as const;
}
