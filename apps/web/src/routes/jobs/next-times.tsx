import { Group, Input, Skeleton, Stack, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import type { Schedule } from "@syncline/api";
import { IconClock } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { describeError } from "../../api/describe-error.ts";
import { Ago } from "../../components/ago.tsx";
import { schedulePreviewQuery } from "./job-queries.ts";
import { durationWords, scheduleWords } from "./schedule-words.ts";

const TYPED_MS = 300;
const TIMES = 5;

/** A schedule in words, with the five times that come next as the server counts them. */
export function NextTimes({ schedule: typed }: { readonly schedule: Schedule }) {
  const [schedule] = useDebouncedValue(typed, TYPED_MS);
  const { data, error } = useQuery({
    ...schedulePreviewQuery(schedule),
    enabled: !("listen" in schedule),
    placeholderData: keepPreviousData,
  });
  const words = scheduleWords(typed);
  return (
    <Stack gap={4} aria-live="polite">
      <Group gap={6} wrap="nowrap">
        <IconClock size={15} aria-hidden />
        <Text size="sm" fw={600}>
          Runs {words}
        </Text>
      </Group>
      {"listen" in typed && (
        <Text size="sm" c="dimmed">
          Notifications within {durationWords(typed.listen.quiet)} make one run. One is made, too, whenever
          listening begins, for what was sent before.
        </Text>
      )}
      {error !== null && <Input.Error>{describeError(error).message}</Input.Error>}
      {error === null && !("listen" in typed) && (
        <TimesList times={data?.times} {...("cron" in typed ? { timeZone: typed.timeZone } : {})} />
      )}
    </Stack>
  );
}

interface TimesListProps {
  readonly times: readonly string[] | undefined;
  readonly timeZone?: string;
}

export function TimesList({ times, timeZone = "UTC" }: TimesListProps) {
  if (times?.length === 0) return <Text size="sm">No time ever fits.</Text>;
  return (
    <ol
      aria-label="The next five times"
      style={{ margin: 0, paddingLeft: "1.4rem", fontSize: "var(--mantine-font-size-sm)" }}
    >
      {(times ?? Array.from({ length: TIMES }, () => null)).map((at, place) => (
        <li key={place} style={{ minHeight: "1.35rem" }}>
          {at === null ? (
            <Skeleton height={13} width={260} my={4} />
          ) : (
            <Text size="sm" component="span">
              <span className="sl-mono">{wallClock(at, timeZone)}</span>{" "}
              <Text component="span" size="xs" c="dimmed">
                {timeZone} · <Ago at={at} />
              </Text>
            </Text>
          )}
        </li>
      ))}
    </ol>
  );
}

function wallClock(at: string, timeZone: string): string {
  const options = {
    weekday: "short",
    day: "2-digit",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  } as const;
  try {
    return new Intl.DateTimeFormat("en-GB", { ...options, timeZone }).format(new Date(at));
  } catch {
    return new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" }).format(new Date(at));
  }
}
