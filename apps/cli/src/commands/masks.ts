import { resolveMasks } from "@syncline/config";
import { type DiffOptions, type MaskSet, maskPreparation } from "@syncline/engine";
import type { AnyPlace } from "@syncline/runtime";
import { Option } from "commander";
import type { Session } from "../session.ts";
import { sessionWorkspace } from "./places.ts";

/** `--mask <name>`, alike in diff, copy, pull and export. */
export function maskOption(): Option {
  return new Option(
    "--mask <name>",
    "replace values of the source on the way, as masks.<name> of the config says",
  );
}

/** The masks that `--mask` names, with their key; null without it. `partial`: the user left tables out on purpose. */
export async function sessionMasks(
  session: Session,
  name: string | undefined,
  partial: boolean,
): Promise<MaskSet | null> {
  if (name === undefined) return null;
  const { config } = await sessionWorkspace(session);
  const { environment: env, context } = session;
  return { ...(await resolveMasks(config, name, { env, signal: context.signal })), partial };
}

/** Whether the user left tables out: by `--schema`, or by naming tables of a place. */
export function leavesTablesOut(
  schema: readonly string[] | undefined,
  ...places: readonly AnyPlace[]
): boolean {
  const named = ({ kind, place }: AnyPlace) => kind === "live" && place.tables.kind === "named";
  return schema !== undefined || places.some(named);
}

/** `DiffOptions.prepare` with the source masked, where there are masks. */
export function withMasks(
  session: Session,
  masks: MaskSet | null,
  inner?: DiffOptions["prepare"],
): Pick<DiffOptions, "prepare"> {
  if (masks !== null) return { prepare: maskPreparation(masks, session.context, inner) };
  return inner === undefined ? {} : { prepare: inner };
}
