import { Button, Group, Text } from "@mantine/core";
import { IconArrowBackUp, IconShieldCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMe } from "../../api/me.ts";
import { actorText } from "../../components/actor-text.ts";
import { Ago } from "../../components/ago.tsx";
import { counted } from "../../components/number-text.ts";
import { PageLink } from "../../components/page-link.tsx";
import { logQuery } from "./patch-queries.ts";
import { useTargetRules } from "./target-rules.ts";

interface UndoReadyProps {
  /** That undoing puts back. */
  readonly rows: number;
  readonly ledgerId: string;
  readonly target: string;
  readonly onUndo?: ((ledgerId: string) => void) | undefined;
}

const LOOKED_AT = 200;

/** That what was written can be taken back, in one click; or that it was. */
export function UndoReady({ rows, ledgerId, target, onUndo }: UndoReadyProps) {
  const me = useMe();
  const { environment } = useTargetRules(target);
  const log = useQuery({ ...logQuery(target, LOOKED_AT), enabled: me.can("log:read") });
  const entries = log.data?.items ?? [];
  const entry = entries.find(({ id }) => id === ledgerId);
  if (entry?.undoState === "undone") {
    const by = entries.find(({ id }) => id === entry.undoneBy)?.actor ?? null;
    return (
      <Text size="sm" role="status">
        It was undone{by === null ? "" : ` by ${actorText(by)}`} <Ago at={entry.undoneAt} />.{" "}
        <PageLink to="/log" search={{ target }}>
          What was applied there
        </PageLink>
      </Text>
    );
  }
  const may = me.can("rows:undo", environment) || me.can("reviews:write", environment);
  return (
    <Group gap="xs" className="sl-tint-insert" p="xs" style={{ borderRadius: "var(--mantine-radius-sm)" }}>
      <IconShieldCheck size={18} aria-hidden />
      <Text size="sm" style={{ flex: 1, minWidth: 180 }}>
        <strong>Undo ready.</strong> What it destroyed is kept in the target and was read back before the
        commit: {counted(rows, "row")}.{entry?.undoState === "partial" && " Part of it was undone."}
      </Text>
      {onUndo !== undefined && may && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconArrowBackUp size={15} aria-hidden />}
          onClick={() => onUndo(ledgerId)}
        >
          Undo
        </Button>
      )}
    </Group>
  );
}
