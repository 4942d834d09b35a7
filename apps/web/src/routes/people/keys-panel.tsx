import { Button, Stack, Switch, Text } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMe } from "../../api/me.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { PagesBoundary } from "../../components/pages-boundary.tsx";
import { KeysTable } from "./keys-table.tsx";
import { keysQuery } from "./people-query.ts";

const route = getRouteApi("/shell/people");

/** Keys of programs, and those that people made for themselves. */
export function KeysPanel({ onMake }: { readonly onMake: (() => void) | null }) {
  const me = useMe();
  const { ended = false } = route.useSearch();
  const navigate = route.useNavigate();
  const keys = useInfiniteQuery(keysQuery);
  return (
    <Stack gap="md">
      <Switch
        label="Also keys that ended"
        checked={ended}
        style={{ alignSelf: "flex-end" }}
        onChange={(event) => {
          const { checked } = event.currentTarget;
          void navigate({
            search: (before) => ({ ...before, ended: checked ? true : undefined }),
            replace: true,
          });
        }}
      />
      <PagesBoundary query={keys} failed="The keys could not be read">
        {(items, more) => (
          <KeysTable
            keys={items}
            ended={ended}
            mayChange={me.can("keys:write")}
            own={false}
            more={more}
            empty={
              <EmptyState
                icon={<IconKey size={28} aria-hidden />}
                title="No API keys"
                action={onMake === null ? undefined : <Button onClick={onMake}>Make an API key</Button>}
              >
                <Text size="sm">
                  A key lets a program do what its scopes say, and no more than whoever makes it may do.
                </Text>
              </EmptyState>
            }
          />
        )}
      </PagesBoundary>
    </Stack>
  );
}
