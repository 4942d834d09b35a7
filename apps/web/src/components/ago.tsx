import { Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { agoText, exactTime } from "./time-text.ts";

const MINUTE_MS = 60_000;

/** How long ago, or in how long; the exact instant is its title. */
export function Ago({ at }: { readonly at: string | null }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (at === null) return;
    const near = Math.abs(Date.now() - Date.parse(at)) < MINUTE_MS;
    const timer = setInterval(() => setNow(Date.now()), near ? 1_000 : 30_000);
    return () => clearInterval(timer);
  }, [at]);
  if (at === null)
    return (
      <Text component="span" c="dimmed">
        —
      </Text>
    );
  return (
    <time dateTime={at} title={exactTime(at)} style={{ whiteSpace: "nowrap" }}>
      {agoText(at, Math.max(now, Date.now() - 1_000))}
    </time>
  );
}
