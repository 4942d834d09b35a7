import {
  CodedError,
  formatQualifiedName,
  type MaskRule,
  type RowScope,
  type TableSpec,
} from "@syncline/core";
import type { SidePlan } from "../../ports/read-snapshot.ts";
import type { DiffOptions, SidePreparation } from "../diff-contract.ts";
import type { OpenSides } from "./open-both.ts";

export interface PreparedSides {
  readonly source: SidePreparation;
  readonly target: SidePreparation;
}

const NOTHING: SidePreparation = { scopes: new Map(), masks: new Map() };

/** Asks once a side which rows take part and what is masked, before any table is opened. */
export async function prepareSides({ prepare }: DiffOptions, sides: OpenSides): Promise<PreparedSides> {
  if (prepare === undefined) return { source: NOTHING, target: NOTHING };
  const source = await prepare("source", sides.source);
  return { source, target: await prepare("target", sides.target) };
}

/** The table's part of a preparation, for its plan. Refuses a mask of a column that is not there. */
export function partOf(
  preparation: SidePreparation,
  table: TableSpec,
): Pick<SidePlan, "scope" | "masks" | "keyMaps"> {
  const name = formatQualifiedName(table.name);
  const scope: RowScope | undefined = preparation.scopes.get(name);
  const masks: ReadonlyMap<string, MaskRule> = preparation.masks.get(name) ?? new Map();
  const keyMaps = preparation.keyMaps?.get(name);
  for (const column of masks.keys()) assertMaskable(table, column);
  return {
    ...(scope === undefined || scope.kind === "all" ? {} : { scope }),
    ...(masks.size === 0 ? {} : { masks }),
    ...(keyMaps === undefined ? {} : { keyMaps }),
  };
}

function assertMaskable(table: TableSpec, column: string): void {
  if (table.columns.some((each) => each.name === column)) return;
  const name = formatQualifiedName(table.name);
  throw new CodedError("column.not_found", `Table "${name}" has no column "${column}", which a mask names.`, {
    hint: "Correct the mask; names are taken in exact case.",
  });
}

/** What a mask does to the columns that identify rows. */
interface MaskedKey {
  /** Sides whose key is masked: nothing in the catalog says that the masked values are unique. */
  readonly unproven: readonly ("source" | "target")[];
}

/** Refuses masks that leave rows of a key without one. */
export function maskedKey(plans: { readonly source: SidePlan; readonly target: SidePlan }): MaskedKey {
  const sides = (["source", "target"] as const).filter((side) => {
    const { key, masks, keyMaps, table } = plans[side];
    const masked = (key?.columns ?? []).filter(({ name }) => masks?.has(name) || keyMaps?.has(name));
    const nulled = masked.find(({ name }) => isNull(masks?.get(name)));
    if (nulled !== undefined) throw keyMaskedAway(table, nulled.name);
    return masked.length > 0;
  });
  return { unproven: sides };
}

function isNull(rule: MaskRule | undefined): boolean {
  return rule?.kind === "null" || (rule?.kind === "fixed" && rule.value === null);
}

function keyMaskedAway(table: TableSpec, column: string): CodedError {
  const name = formatQualifiedName(table.name);
  return new CodedError(
    "mask.invalid",
    `The mask of column "${column}" of table "${name}" leaves rows without their key.`,
    {
      hint: "Mask a key with hash or keep-format, or leave it as it is.",
    },
  );
}
