import { Alert, Button, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useState } from "react";
import { counted } from "../../../components/number-text.ts";
import type { PatchTable } from "../explorer-props.ts";

const SHOWN = 3;

/** What could not be compared, and why. */
export function FailedTables({ tables }: { readonly tables: readonly PatchTable[] }) {
  const failed = tables.filter(({ state }) => state === "failed");
  const [all, setAll] = useState(false);
  if (failed.length === 0) return null;
  return (
    <Alert
      variant="outline"
      color="red"
      icon={<IconAlertTriangle aria-hidden />}
      title={`${counted(failed.length, "table")} could not be compared`}
      styles={{ title: { color: "var(--sl-delete)" }, body: { minWidth: 0 } }}
    >
      <Stack gap={6} align="flex-start">
        <ul className="dx-failures">
          {failed.slice(0, all ? failed.length : SHOWN).map(({ name, error }) => (
            <li key={name}>
              <bdi className="sl-mono">{name}</bdi>
              <Text size="sm">{error?.message ?? "It is not known why."}</Text>
              {error !== null && error.hint !== null && (
                <Text size="sm" c="dimmed">
                  {error.hint}
                </Text>
              )}
            </li>
          ))}
        </ul>
        {failed.length > SHOWN && (
          <Button size="compact-xs" variant="default" onClick={() => setAll(!all)}>
            {all ? "Show fewer" : `Show all ${failed.length}`}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
