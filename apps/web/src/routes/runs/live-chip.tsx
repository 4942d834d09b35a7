import { Group, Text } from "@mantine/core";
import { IconBroadcast, IconCircleCheck, IconPlugConnectedX } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { durationText } from "../../components/time-text.ts";
import type { RunConnection } from "./use-run-events.ts";

interface LiveChipProps {
  readonly connection: RunConnection;
  readonly heardAt: number;
}

const WORDS: Readonly<Record<RunConnection, string>> = {
  connecting: "Connecting",
  live: "Live",
  lost: "Connection lost, going on by itself",
  resumed: "Live again",
  told: "All is told",
};

/** Whether what is shown of the run is true at this moment. */
export function LiveChip({ connection, heardAt }: LiveChipProps) {
  const tint = connection === "lost" ? "update" : connection === "told" ? "neutral" : "insert";
  const Icon =
    connection === "lost" ? IconPlugConnectedX : connection === "told" ? IconCircleCheck : IconBroadcast;
  return (
    <Group
      role="status"
      aria-live="polite"
      gap={6}
      wrap="nowrap"
      px={8}
      py={2}
      className={`sl-tint-${tint}`}
      style={{ borderRadius: "var(--mantine-radius-sm)" }}
      data-connection={connection}
    >
      <Icon size={14} aria-hidden />
      <Text size="xs" fw={600} component="span">
        {WORDS[connection]}
      </Text>
      {connection === "lost" && <Since at={heardAt} />}
    </Group>
  );
}

/** Said for eyes alone: who hears it is not told each second. */
function Since({ at }: { readonly at: number }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <Text size="xs" component="span" aria-hidden>
      what is shown is {durationText(Math.max(0, now - at)).replace(/\.\d/, "")} old
    </Text>
  );
}
