import { Badge } from "@mantine/core";

type Tint = "insert" | "update" | "delete" | "neutral" | "info" | "accent";

const TINTS: Readonly<Record<string, Tint>> = {
  succeeded: "insert",
  "in-step": "insert",
  approved: "insert",
  applied: "insert",
  done: "insert",
  same: "insert",
  open: "info",
  running: "accent",
  queued: "neutral",
  planning: "accent",
  paused: "update",
  pausing: "update",
  cancelling: "update",
  partial: "update",
  conflicted: "update",
  conflicting: "update",
  drifting: "update",
  different: "update",
  voided: "update",
  expired: "update",
  failed: "delete",
  failing: "delete",
  refused: "delete",
  dead: "delete",
};

interface StateBadgeProps {
  readonly state: string;
  /** What is shown instead of the state's own name. */
  readonly label?: string;
}

/** A state in words, tinted. */
export function StateBadge({ state, label }: StateBadgeProps) {
  const tint = TINTS[state] ?? "neutral";
  return (
    <Badge
      radius="sm"
      tt="none"
      fw={600}
      variant="light"
      styles={{
        root: {
          backgroundColor: `var(--sl-${tint}-tint)`,
          color: textOf(tint),
          flex: "none",
          minWidth: "max-content",
        },
      }}
    >
      {label ?? state.replaceAll("_", " ")}
    </Badge>
  );
}

function textOf(tint: Tint): string {
  if (tint === "neutral") return "var(--mantine-color-text)";
  return tint === "accent" ? "var(--sl-accent-text)" : `var(--sl-${tint})`;
}
