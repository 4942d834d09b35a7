import { checkMasks, type MaskRules, type TableMasks } from "@syncline/core";
import type { ReadSnapshot } from "../../ports/read-snapshot.ts";
import type { RunContext } from "../../ports/run-context.ts";
import type { DiffOptions, SidePreparation } from "../diff-contract.ts";

/** Masks of one run: their rules, and their secret where there is one. */
export interface MaskSet {
  readonly rules: MaskRules;
  /** At least 16 bytes; null takes a key of this run alone. */
  readonly key: Uint8Array | null;
  /** Whether tables were left out on purpose, so that rules may name others. */
  readonly partial: boolean;
}

const KEY_BYTES = 32;

/** Masks rows of snapshots of one run, all with one key. */
export class RunMasks {
  readonly #set: MaskSet;
  readonly #ctx: RunContext;
  #key: Uint8Array | null = null;
  #told = false;

  constructor(set: MaskSet, ctx: RunContext) {
    this.#set = set;
    this.#ctx = ctx;
  }

  /**
   * Fits the masks to the snapshot's tables and hands it the key; before its first table is opened. What it gives goes
   * into `SidePreparation.masks`, or by table into `RowSelection.masks`. Rejects with `mask.invalid`.
   */
  async use(snapshot: ReadSnapshot): Promise<TableMasks> {
    const { rules, partial } = this.#set;
    const foreignKeys = await snapshot.foreignKeys();
    const checked = checkMasks({ rules, tables: snapshot.tables, foreignKeys, partial });
    const random = checked.keyed && this.#set.key === null;
    if (!this.#told)
      for (const text of [...checked.warnings, ...(random ? [RANDOM_KEY] : [])]) this.#ctx.warn(text);
    this.#told = true;
    this.#key ??= this.#set.key ?? this.#ctx.randomBytes(KEY_BYTES);
    if (checked.keyed) snapshot.useMaskKey(this.#key);
    return checked.masks;
  }
}

const RANDOM_KEY =
  "The masks have no key: this run takes a random one, and what it masks will not match what other runs masked.";

/** `DiffOptions.prepare` that masks the source, around another preparation of scopes. */
export function maskPreparation(
  set: MaskSet,
  ctx: RunContext,
  inner?: DiffOptions["prepare"],
): NonNullable<DiffOptions["prepare"]> {
  const masks = new RunMasks(set, ctx);
  return async (side, snapshot): Promise<SidePreparation> => {
    const prepared = (await inner?.(side, snapshot)) ?? { scopes: new Map(), masks: new Map() };
    return side === "source" ? { ...prepared, masks: await masks.use(snapshot) } : prepared;
  };
}
