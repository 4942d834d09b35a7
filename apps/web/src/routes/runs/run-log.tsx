import { Button, Stack, Text, Title } from "@mantine/core";
import type { ServerEvent } from "@syncline/api";
import { useState } from "react";
import { counted } from "../../components/number-text.ts";
import { exactTime } from "../../components/time-text.ts";
import { eventText } from "./event-text.ts";

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const LINES = 12;

interface RunLogProps {
  /** Oldest first. */
  readonly events: readonly ServerEvent[];
}

/** What happened to a run, the newest on top. */
export function RunLog({ events }: RunLogProps) {
  const [whole, setWhole] = useState(false);
  const shown = events.slice(whole ? 0 : -LINES).reverse();
  return (
    <Stack component="section" className="sl-card" gap={0} aria-labelledby="log">
      <Title order={2} id="log" px="md" pt="md">
        Log
      </Title>
      <div>
        {shown.length === 0 ? (
          <Text p="md" size="sm" c="dimmed">
            Nothing is kept of what happened. Events of older runs are removed.
          </Text>
        ) : (
          <ol className="sl-log" aria-label="Events of the run, newest first">
            {shown.map((event) => (
              <LogLine key={`${event.id} ${event.at}`} event={event} />
            ))}
          </ol>
        )}
        {shown.length < events.length && (
          <Button variant="subtle" size="compact-sm" m="xs" onClick={() => setWhole(true)}>
            Show {counted(events.length - shown.length, "older event")}
          </Button>
        )}
      </div>
    </Stack>
  );
}

function LogLine({ event }: { readonly event: ServerEvent }) {
  const { text, tone } = eventText(event);
  return (
    <li data-event={event.type}>
      <time dateTime={event.at} title={exactTime(event.at)} className="sl-mono">
        {clock.format(new Date(event.at))}
      </time>
      <span className="sl-log-mark" data-tone={tone} aria-hidden />
      <span>{text}</span>
    </li>
  );
}
