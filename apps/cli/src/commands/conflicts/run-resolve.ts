import type { AnswerOf, conflicts } from "@syncline/api";
import { type BulkRule, CodedError, visibleText } from "@syncline/core";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import type { ConflictResolveOptions } from "../conflicts.ts";
import { serverClient } from "../server-client.ts";
import { filterOf } from "./conflict-filter.ts";
import { rowText } from "./run-list.ts";

type Preview = AnswerOf<typeof conflicts.previewRule>;

const SIDES = ["ours", "theirs", "base"] as const;
const SHOWN = 10;

/** Decides what was previewed a moment ago, and nothing else. */
export async function runConflictResolve(
  session: Session,
  options: ConflictResolveOptions,
): Promise<ExitReason> {
  const rule = ruleOf(options);
  const client = await serverClient(session, options);
  const { state, ...filter } = await filterOf(client, options);
  const wish = {
    filter: { ...filter, state: state === "resolved" ? ("resolved" as const) : ("open" as const) },
    rule,
  };
  const preview = await client.conflicts.previewRule({ body: { ...wish, show: SHOWN } });
  if (options.dryRun !== true) {
    const { count, digest } = preview;
    await client.conflicts.resolveByRule({ body: { ...wish, count, digest } });
  }
  if (options.json === true) await session.output.json({ dryRun: options.dryRun === true, ...preview });
  else for (const line of linesOf(preview, options.dryRun === true)) await session.output.line(line);
  return preview.left > 0 ? "partial" : "ok";
}

/** @throws CodedError `usage.invalid` */
function ruleOf({ with: side, newest, take }: ConflictResolveOptions): BulkRule {
  const given = [side !== undefined, newest !== undefined, take.length > 0].filter(Boolean).length;
  if (given !== 1)
    throw new CodedError("usage.invalid", "Give one rule: --with, --newest or --take.", {
      hint: "--with theirs takes every row as the source has it.",
    });
  if (side !== undefined) return { kind: "side", side };
  if (newest !== undefined) return { kind: "newest", column: newest };
  return { kind: "cells", cells: Object.fromEntries(take.map(({ name, value }) => [name, sideOf(value)])) };
}

function sideOf(value: string): (typeof SIDES)[number] {
  const side = SIDES.find((each) => each === value);
  if (side !== undefined) return side;
  throw new CodedError("usage.invalid", `--take takes ours, theirs or base; found "${value}".`);
}

function linesOf({ count, decided, left, choices, reasons, firstLeft }: Preview, dryRun: boolean): string[] {
  const told = choices.map(({ choice, count: number }) => `${choice} ${number}`).join(", ");
  return [
    `${dryRun ? "Would decide" : "Decided"} ${decided} of ${count}${told === "" ? "" : `: ${told}`}.`,
    ...(left === 0
      ? []
      : [
          `Left ${left}: ${reasons.map(({ reason, count: number }) => `${reason} ${number}`).join(", ")}.`,
          ...firstLeft.map(
            ({ table, key, detail, reason }) =>
              `  ${visibleText(table)}, ${rowText(key)}: ${visibleText(detail ?? reason ?? "")}`,
          ),
        ]),
  ];
}
