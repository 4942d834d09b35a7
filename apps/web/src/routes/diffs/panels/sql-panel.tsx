import { Stack, Text } from "@mantine/core";
import { useMe } from "../../../api/me.ts";
import { SqlView } from "../../../components/sql-view/sql-view.tsx";
import { isFiltered } from "../change-filter.ts";
import type { ExplorerPanelProps } from "../explorer-props.ts";

/** The exact SQL of the patch, whatever is filtered. */
export function SqlPanel({ patch, filter }: ExplorerPanelProps) {
  const me = useMe();
  if (!me.can("rows:read") && Object.keys(me.environments).length === 0)
    return <Text size="sm">Your role does not see values of rows, which the statements hold.</Text>;
  return (
    <Stack gap="xs" style={{ height: "100%" }}>
      {isFiltered(filter) && (
        <Text size="sm" c="dimmed">
          Of the whole patch, without regard to the filter. Make a patch of what is shown, or export it as
          SQL, to have that alone.
        </Text>
      )}
      <div style={{ flex: 1, minHeight: 0 }}>
        <SqlView patchId={patch.id} />
      </div>
    </Stack>
  );
}
