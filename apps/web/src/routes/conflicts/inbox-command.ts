import type { BulkRule } from "@syncline/core";
import { ownAddress } from "../../api/own-address.ts";
import { commandOf } from "../../components/shell-quote.ts";
import type { ConflictSearch } from "./conflict-search.ts";

/** The search with the names that a terminal knows: of jobs the name, not the id. */
export interface NamedSearch extends Omit<ConflictSearch, "job" | "rule"> {
  readonly jobName?: string | null;
}

/** What lists the same from a terminal. */
export function listCommand(search: NamedSearch): string {
  return commandOf(["syncline", "conflicts", "list", ...ownAddress(), ...filterWords(search)]);
}

/** What decides the same from a terminal. */
export function resolveCommand(search: NamedSearch, rule: BulkRule): string {
  return commandOf([
    ...["syncline", "conflicts", "resolve", ...ownAddress()],
    ...filterWords(search),
    ...ruleWords(rule),
  ]);
}

function filterWords({ state, jobName, run, table, kind, column, key }: NamedSearch): readonly string[] {
  const given = [
    ["--state", state === "any" ? undefined : state],
    ["--job", jobName ?? undefined],
    ["--run", run],
    ["--table", table],
    ["--kind", kind],
    ["--column", column],
    ["--key", key],
  ] as const;
  return given.flatMap(([option, value]) => (value === undefined ? [] : [option, value]));
}

function ruleWords(rule: BulkRule): readonly string[] {
  if (rule.kind === "side") return ["--with", rule.side];
  if (rule.kind === "newest") return ["--newest", rule.column];
  return Object.entries(rule.cells).flatMap(([column, side]) => ["--take", `${column}=${side}`]);
}
