import { type ColumnSpec, formatQualifiedName } from "@syncline/core";
import type { PairedSides } from "../diff-contract.ts";
import type { Renumbering } from "./renumbering.ts";

type Reconcile = (sides: PairedSides) => Promise<PairedSides["prepared"]>;

/** Theirs and the base under the keys of ours, in the two comparisons of a merge: base with ours comes first. */
export class MergeTranslation {
  readonly #renumbering: Renumbering;
  /** Table of ours by the base's. */
  readonly #names = new Map<string, string>();

  constructor(renumbering: Renumbering) {
    this.#renumbering = renumbering;
  }

  /** The base is the source, ours the target. */
  readonly ours: Reconcile = async ({ agreements, snapshots, prepared }) => {
    const tables = agreements.map(({ source, target, columns }) => {
      const name = formatQualifiedName(target.name);
      this.#names.set(formatQualifiedName(source.name), name);
      return { spec: source, target: name, columns: byName(columns, "source") };
    });
    const place = { snapshot: snapshots.source, prepared: prepared.source, tables };
    return { ...prepared, source: this.#renumbering.translated(place) };
  };

  /** Theirs is the source, the base the target; the base's columns are called as those of ours. */
  readonly theirs: Reconcile = async ({ agreements, snapshots, prepared }) => {
    const translated = (side: "source" | "target") =>
      this.#renumbering.translated({
        snapshot: snapshots[side],
        prepared: prepared[side],
        tables: agreements.map((agreement) => ({
          spec: agreement[side],
          target: this.#names.get(formatQualifiedName(agreement.target.name)) ?? "",
          columns: byName(agreement.columns, side),
        })),
      });
    return { source: translated("source"), target: translated("target") };
  };
}

function byName(
  columns: PairedSides["agreements"][number]["columns"],
  side: "source" | "target",
): ReadonlyMap<string, ColumnSpec> {
  return new Map(columns.map((pair) => [pair.target.name, pair[side]]));
}
