import { Button, Group, Select, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { EmptyState } from "../../components/empty-state.tsx";
import { ErrorState } from "../../components/error-state.tsx";
import { LinesSkeleton } from "../../components/query-boundary.tsx";
import { type Database, tenantsQuery } from "./servers-query.ts";
import { TablesPanel } from "./tables-panel.tsx";
import { tenancyText } from "./tenancy-text.ts";
import { adviceFor } from "./test-advice.ts";

const route = getRouteApi("/shell/servers/$name");

/** Chooses a tenant of the server, and shows its tables. */
export function TenantsPanel({ server }: { readonly server: Database }) {
  const { tenant } = route.useSearch();
  const navigate = route.useNavigate();
  const choose = (next: string | null) =>
    void navigate({ search: (before) => ({ ...before, tenant: next ?? undefined, find: undefined }) });
  const byColumn = server.tenancy === "column";
  return (
    <Stack gap="md">
      {byColumn ? (
        <TenantInput key={tenant ?? ""} tenant={tenant ?? ""} onChoose={choose} />
      ) : (
        <TenantSelect server={server} tenant={tenant} onChoose={choose} />
      )}
      {tenant !== undefined && (
        <TablesPanel server={server.server} tenant={tenant} environment={server.environment} />
      )}
    </Stack>
  );
}

interface TenantSelectProps {
  readonly server: Database;
  readonly tenant: string | undefined;
  readonly onChoose: (tenant: string | null) => void;
}

function TenantSelect({ server, tenant, onChoose }: TenantSelectProps) {
  const tenants = useQuery(tenantsQuery(server.server));
  const { tenants: noun, one } = tenancyText(server.tenancy);
  if (tenants.error !== null)
    return (
      <ErrorState
        what="The tenants could not be listed"
        error={tenants.error}
        retry={() => void tenants.refetch()}
      />
    );
  if (tenants.data === undefined) return <LinesSkeleton lines={3} />;
  const problem = tenants.data?.problem ?? null;
  if (problem !== null)
    return (
      <div className="sl-card">
        <EmptyState
          title={`Its ${noun} could not be listed`}
          action={
            <Button variant="default" onClick={() => void tenants.refetch()} loading={tenants.isFetching}>
              Try again
            </Button>
          }
        >
          <span className="sl-mono">{problem}</span>. {adviceFor(problem)[0]}
        </EmptyState>
      </div>
    );
  const names = tenants.data?.tenants ?? [];
  if (names.length === 0)
    return (
      <div className="sl-card">
        <EmptyState title={`It has no ${noun} that this user may use`}>
          Create one, or grant the user of the connection USAGE on it.
        </EmptyState>
      </div>
    );
  const shown = tenant === undefined || names.includes(tenant) ? names : [...names, tenant];
  return (
    <Select
      label={`Tenant (a ${one})`}
      placeholder={`One of ${names.length.toLocaleString("en-US")}`}
      value={tenant ?? null}
      onChange={onChoose}
      data={[...shown]}
      searchable
      limit={200}
      maw={420}
      nothingFoundMessage="None is called like that"
      classNames={{ input: "sl-mono" }}
    />
  );
}

interface TenantInputProps {
  readonly tenant: string;
  readonly onChoose: (tenant: string | null) => void;
}

/** Values of a column are not listed: that would read all rows. */
function TenantInput({ tenant, onChoose }: TenantInputProps) {
  const [typed, setTyped] = useState(tenant);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onChoose(typed.trim() || null);
      }}
    >
      <Group align="flex-end" gap="xs">
        <TextInput
          label="Tenant (a value of the column)"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          classNames={{ input: "sl-mono" }}
          spellCheck={false}
          w={320}
        />
        <Button type="submit" variant="default" disabled={typed.trim() === ""}>
          List its tables
        </Button>
      </Group>
    </form>
  );
}
