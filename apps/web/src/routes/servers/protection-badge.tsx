import { Badge } from "@mantine/core";
import { IconEye, IconLock, IconLockOpen } from "@tabler/icons-react";

const WORDS: Readonly<Record<string, readonly [label: string, title: string, icon: typeof IconLock]>> = {
  open: ["open", "Writes are not asked about.", IconLockOpen],
  protected: ["protected", "Who writes there types its name.", IconLock],
  readonly: ["read-only", "Nothing is written there.", IconEye],
};

/** How strictly a server is protected against writes. */
export function ProtectionBadge({ protection }: { readonly protection: string | null }) {
  const [label, title, Icon] = WORDS[protection ?? ""] ?? ["unknown", "It could not be told.", IconLock];
  return (
    <Badge
      variant="light"
      radius="sm"
      tt="none"
      miw="max-content"
      fw={600}
      className={protection === "open" ? "sl-tint-neutral" : "sl-tint-info"}
      title={title}
      leftSection={<Icon size={12} aria-hidden />}
    >
      {label}
    </Badge>
  );
}
