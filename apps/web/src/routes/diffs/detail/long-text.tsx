import { Button, Group, Text } from "@mantine/core";
import { useState } from "react";
import { countText } from "../../../components/number-text.ts";
import { ValueView } from "../../../components/value-view.tsx";

/** Characters that are laid out at once: a text of megabytes would hold the page up. */
const PART = 20_000;

/** A long text part by part, scrolled in a box of its own. */
export function LongText({ text }: { readonly text: string }) {
  const [from, setFrom] = useState(0);
  const end = Math.min(text.length, from + PART);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by keyboard. */}
      <section className="dx-long" tabIndex={0} aria-label="Whole value">
        <ValueView value={text.slice(from, end)} limit={PART} />
      </section>
      {text.length > PART && (
        <Group gap={6} mt={4}>
          <Button
            size="compact-xs"
            variant="default"
            disabled={from === 0}
            onClick={() => setFrom(from - PART)}
          >
            Part before
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            disabled={end === text.length}
            onClick={() => setFrom(from + PART)}
          >
            Next part
          </Button>
          <Text size="xs" c="dimmed" component="span">
            Characters {countText(from + 1)} to {countText(end)} of {countText(text.length)}
          </Text>
        </Group>
      )}
    </>
  );
}
