import { resolveMasks } from "@syncline/config";
import { type DiffOptions, type MaskSet, maskPreparation } from "@syncline/engine";
import type { AnyPlace } from "../../place.ts";
import type { OperationSetting } from "../contract.ts";

/** A mask set of the config with its key; null without a name. `partial`: tables are left out on purpose. */
export async function masksOf(
  { workspace, context }: Pick<OperationSetting, "workspace" | "context">,
  name: string | null,
  partial: boolean,
): Promise<MaskSet | null> {
  if (name === null) return null;
  const { config, environment: env } = workspace;
  return { ...(await resolveMasks(config, name, { env, signal: context.signal })), partial };
}

/** Whether tables are left out on purpose: by patterns, or by naming tables of a place. */
export function leavesTablesOut(
  patterns: readonly string[] | undefined,
  ...places: readonly AnyPlace[]
): boolean {
  const named = ({ kind, place }: AnyPlace) => kind === "live" && place.tables.kind === "named";
  return (patterns !== undefined && patterns.length > 0) || places.some(named);
}

/** `DiffOptions.prepare` with the source masked, where there are masks. */
export function withMasks(
  { context }: Pick<OperationSetting, "context">,
  masks: MaskSet | null,
  inner?: DiffOptions["prepare"],
): Pick<DiffOptions, "prepare"> {
  if (masks !== null) return { prepare: maskPreparation(masks, context, inner) };
  return inner === undefined ? {} : { prepare: inner };
}
