import { Button, Group, List, Stack, Text } from "@mantine/core";
import { IconFilePlus } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../../../api/client.ts";
import { canSomewhere, useMe } from "../../../api/me.ts";
import { useShortcuts } from "../../../app/shortcuts.tsx";
import { ConfirmDialog } from "../../../components/confirm-dialog.tsx";
import { KindCounts } from "../../../components/kind-counts.tsx";
import { counted } from "../../../components/number-text.ts";
import type { ExplorerPanelProps } from "../explorer-props.ts";
import { filterWords } from "./filter-words.ts";

const HASH_SHOWN = 16;

/** Makes a patch of exactly what is shown. The server counts again and makes none when it is not the same. */
export function MakePatchButton({ patch, filter, count }: ExplorerPanelProps) {
  const me = useMe();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [opened, setOpened] = useState(false);
  const make = useMutation({
    mutationFn: () =>
      api.diffs.selectChanges({
        params: { id: patch.id },
        body: { filter, count: count?.count ?? 0, hash: patch.hash },
      }),
    onSuccess: ({ id }) => {
      void queryClient.invalidateQueries({ queryKey: ["patches"] });
      setOpened(false);
      void navigate({ to: "/patches/$patchId", params: { patchId: id } });
    },
    // What was counted before is counted again.
    onError: () => queryClient.invalidateQueries({ queryKey: ["patch-content", patch.id, "count"] }),
  });
  const mayMake = canSomewhere(me, "patches:write");
  const exact = count?.exact === true;
  const none = exact && count.count === 0;
  const open = () => {
    make.reset();
    setOpened(true);
  };
  useShortcuts(
    "Views of a comparison",
    mayMake && exact && !none ? [{ keys: "p", label: "Make a patch of what is shown", run: open }] : [],
  );
  if (!mayMake) return null;
  const words = filterWords(filter);
  const title = !exact
    ? "It is still being counted how many changes this is."
    : none
      ? "No change is chosen."
      : undefined;
  return (
    <>
      <Button
        variant="default"
        size="xs"
        leftSection={<IconFilePlus size={15} aria-hidden />}
        disabled={!exact || none}
        {...(title === undefined ? {} : { title })}
        onClick={open}
      >
        Make a patch
      </Button>
      <ConfirmDialog
        opened={opened}
        onClose={() => setOpened(false)}
        title="Make a patch of what is shown"
        action={count === null ? "Make a patch" : `Make a patch of ${counted(count.count, "change")}`}
        busy={make.isPending}
        disabled={!exact || none}
        error={make.error}
        onConfirm={() => make.mutate()}
      >
        <Stack gap="sm">
          {count !== null && (
            <Group gap="md">
              <Text size="sm">
                Exactly{" "}
                <Text span fw={600} className="sl-mono">
                  {counted(count.count, "change")}
                </Text>
              </Text>
              <KindCounts
                inserts={count.kinds.insert}
                updates={count.kinds.update}
                deletes={count.kinds.delete}
              />
            </Group>
          )}
          {words.length === 0 ? (
            <Text size="sm">All changes of this patch.</Text>
          ) : (
            <List size="sm" spacing={2}>
              {words.map((word) => (
                <List.Item key={word}>
                  <bdi>{word}</bdi>
                </List.Item>
              ))}
            </List>
          )}
          <Text size="sm" c="dimmed">
            From the patch{" "}
            <span className="sl-mono" title={patch.hash}>
              {patch.hash.slice(0, HASH_SHOWN)}…
            </span>
            . The server checks its content and counts once more; it makes nothing when either differs.
            Nothing is written to any database by this.
          </Text>
          {!patch.complete && (
            <Text size="sm" c="var(--sl-update)">
              The comparison was cut short: deletes of such a patch are never applied.
            </Text>
          )}
        </Stack>
      </ConfirmDialog>
    </>
  );
}
