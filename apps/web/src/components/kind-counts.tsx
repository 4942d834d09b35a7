import { Group, Text } from "@mantine/core";
import { type ChangeKind, KIND_GLYPHS, KIND_WORDS } from "./kind-glyph.tsx";
import { countText } from "./number-text.ts";

interface KindCountsProps {
  readonly inserts: number;
  readonly updates: number;
  readonly deletes: number;
}

/** "+12 ~3 −0", each with its colour, words for those who hear it. */
export function KindCounts({ inserts, updates, deletes }: KindCountsProps) {
  const counts: readonly (readonly [ChangeKind, number])[] = [
    ["insert", inserts],
    ["update", updates],
    ["delete", deletes],
  ];
  return (
    <Group gap="sm" wrap="nowrap" component="span">
      {counts.map(([kind, count]) => (
        <Text
          key={kind}
          component="span"
          className="sl-mono"
          c={count === 0 ? "dimmed" : `var(--sl-${kind})`}
          fw={count === 0 ? 400 : 600}
          title={`${countText(count)} ${KIND_WORDS[kind]}`}
        >
          <span aria-hidden>
            {KIND_GLYPHS[kind]}
            {countText(count)}
          </span>
          <span className="sl-visually-hidden">
            {countText(count)} {KIND_WORDS[kind]}
          </span>
        </Text>
      ))}
    </Group>
  );
}
