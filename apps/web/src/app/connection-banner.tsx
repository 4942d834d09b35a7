import { Alert } from "@mantine/core";
import { IconPlugConnected, IconPlugConnectedX } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useConnectionState } from "../api/live-events.ts";

/** Short interruptions, as when a replica is exchanged, are nobody's concern. */
const QUIET_MS = 1_500;

/** Says when what is shown may be old, and when it is live again. */
export function ConnectionBanner() {
  const state = useConnectionState();
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (state === "live" || state === "connecting" || state === "asleep") {
      setShown(false);
      return;
    }
    if (state === "resumed") return;
    const timer = setTimeout(() => setShown(true), QUIET_MS);
    return () => clearTimeout(timer);
  }, [state]);
  return (
    <div role="status" aria-live="polite">
      {shown && state === "lost" && (
        <Alert
          mb="md"
          variant="outline"
          color="yellow"
          title="The connection to the server is lost"
          icon={<IconPlugConnectedX aria-hidden />}
          styles={{ title: { color: "var(--sl-update)" } }}
        >
          What is shown may be old. It is tried again by itself; what runs on the server goes on.
        </Alert>
      )}
      {shown && state === "resumed" && (
        <Alert
          mb="md"
          variant="outline"
          color="green"
          title="Live again"
          icon={<IconPlugConnected aria-hidden />}
          styles={{ title: { color: "var(--sl-insert)" } }}
        >
          The connection is back, and what happened meanwhile was read.
        </Alert>
      )}
    </div>
  );
}
