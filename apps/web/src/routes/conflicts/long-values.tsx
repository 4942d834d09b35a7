import { Modal, SimpleGrid, Text } from "@mantine/core";
import { useMemo } from "react";
import { countText } from "../../components/number-text.ts";
import { visibleParts } from "../../components/value-text.ts";
import { valueOn } from "./conflict-draft.ts";
import { type ConflictModel, SIDES } from "./conflict-model.ts";
import { sideWords } from "./conflict-words.ts";
import type { ConflictSides, WholeConflict } from "./conflicts-query.ts";
import { comparedLines } from "./value-lines.ts";

interface LongValuesProps {
  readonly model: ConflictModel;
  readonly column: string;
  readonly sides: ConflictSides;
  readonly jobKind: WholeConflict["jobKind"];
  readonly onClose: () => void;
}

/** Characters: more would make the browser wait. */
const MOST = 100_000;

/** A long text or a JSON document on every side, whole; lines that not all of them have are marked. */
export function LongValues({ model, column, sides, jobKind, onClose }: LongValuesProps) {
  const type = model.types.get(column) ?? "";
  const shown = SIDES.filter((side) => typeof valueOn(model, side, column) === "string");
  const lines = useMemo(
    () =>
      comparedLines(
        shown.map((side) => valueOn(model, side, column) ?? ""),
        /^jsonb?$/.test(type),
      ),
    [model, column, type, shown],
  );
  return (
    <Modal opened onClose={onClose} title={`${column} (${type})`} size="90rem">
      <SimpleGrid cols={{ base: 1, md: Math.max(shown.length, 1) }} spacing="sm">
        {shown.map((side, at) => {
          const { name, role, place } = sideWords(side, sides, jobKind);
          const length = valueOn(model, side, column)?.length ?? 0;
          return (
            <section key={side} aria-label={name}>
              <Text size="sm" mb={4}>
                <strong>{name}</strong> {role} <span className="sl-mono">{place}</span>
              </Text>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and has to be reached by keyboard */}
              <pre className="sl-mono sl-long" dir="auto" tabIndex={0}>
                {lines[at]?.map(({ text, differs }, line) => (
                  <div key={line} {...(differs ? { "data-differs": true } : {})}>
                    {text === ""
                      ? " "
                      : visibleParts(text).map((part, piece) =>
                          part.hidden && !isIndent(part.text, piece) ? (
                            <span key={piece} className="sl-invisible">
                              {part.text}
                            </span>
                          ) : (
                            <span key={piece}>{part.hidden ? " ".repeat(part.text.length) : part.text}</span>
                          ),
                        )}
                  </div>
                ))}
              </pre>
              {length > MOST && (
                <Text size="xs" c="dimmed" mt={4}>
                  The first {countText(MOST)} of {countText(length)} characters.
                </Text>
              )}
            </section>
          );
        })}
      </SimpleGrid>
    </Modal>
  );
}

/** Blanks at the begin of a line are its indent. */
function isIndent(text: string, piece: number): boolean {
  return piece === 0 && /^·+$/.test(text);
}
