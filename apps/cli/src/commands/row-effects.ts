import type { RowEffect } from "@syncline/jobs";
import type { Command } from "commander";

/** What each command may do to rows that a place holds, by its full name; a test fails when one is not here. */
export const COMMAND_ROW_EFFECTS: Readonly<Record<string, RowEffect>> = {
  diff: "leaves",
  copy: "destroys",
  "patch apply": "destroys",
  "patch show": "leaves",
  "patch verify": "leaves",
  "patch sign": "leaves",
  "patch keys": "leaves",
  "patch sql": "leaves",
  "patch invert": "leaves",
  "patch resolve": "leaves",
  "patch combine": "leaves",
  "patch rebase": "leaves",
  pull: "leaves",
  push: "destroys",
  export: "leaves",
  import: "destroys",
  undo: "destroys",
  log: "leaves",
  "audit checkpoints": "leaves",
  "audit export": "leaves",
  "audit rotate-key": "leaves",
  "audit tail": "leaves",
  "audit verify": "leaves",
  "secrets rewrap": "leaves",
  "secrets rotate": "leaves",
  "secrets status": "leaves",
  "people deactivate": "leaves",
  "people grant": "leaves",
  "people invite": "leaves",
  "people list": "leaves",
  "people reactivate": "leaves",
  "people revoke": "leaves",
  "conflicts list": "leaves",
  "conflicts patch": "leaves",
  "conflicts resolve": "leaves",
  "review list": "leaves",
  "review show": "leaves",
  "review open": "leaves",
  "review comment": "leaves",
  "review approve": "leaves",
  "review refuse": "leaves",
  "review withdraw": "leaves",
  "review apply": "starts",
  server: "starts",
  service: "starts",
  "service run": "starts",
  "service status": "leaves",
  "service trigger": "starts",
  "service reload": "leaves",
  "config init": "leaves",
  "config check": "leaves",
  "config schema": "leaves",
  completion: "leaves",
  complete: "leaves",
};

/** How a destructive command comes by its receipt when an option is used; `same`: as without it. */
export type OptionEffect =
  | "same"
  /** Rows that the source does not say, or that changed meanwhile, are changed as well: they are in the inverse. */
  | "widens"
  /** Another way of writing. */
  | "other-way"
  /** Nothing is written, or nothing that was there before is. */
  | "harmless";

/** Every option of the destructive commands; a test fails when one is not here. */
export const OPTION_ROW_EFFECTS: Readonly<Record<string, OptionEffect>> = {
  "--allow": "same",
  "--allow-ddl": "same",
  "--any-sql": "other-way",
  "--base": "widens",
  "--column-group": "same",
  "--confirm": "same",
  "--conflicts": "same",
  "--dataset": "same",
  "--diff-first": "same",
  "--dry-run": "harmless",
  "--edited": "same",
  "--empty-source": "widens",
  "--filter": "same",
  "--force": "widens",
  "--identity": "same",
  "--ignore-fields": "same",
  "--include-cascades": "widens",
  "--include-schemas": "same",
  "--incremental": "other-way",
  "--incremental-column": "same",
  "--json": "same",
  "--key": "same",
  "--lock-timeout": "same",
  "--map-column": "same",
  "--map-table": "same",
  "--mask": "same",
  "--merge": "widens",
  "--merge-by": "same",
  "--merge-strategy": "widens",
  "--on-conflict": "widens",
  "--overwrite": "same",
  "--parallel": "same",
  "--reason": "same",
  "--recipient": "same",
  "--renumber": "same",
  "--replace-all": "widens",
  "--reverse": "widens",
  "--schema": "same",
  "--schemas-only": "harmless",
  "--select": "same",
  "--single-transaction": "other-way",
  "--strategy": "widens",
  "--strict": "same",
  "--triggers": "same",
  "--verify-signer": "same",
  "--yes": "same",
};

/** Commands that do something, with their full names. */
export function leafCommands(
  parent: Command,
  prefix = "",
): readonly (readonly [name: string, command: Command])[] {
  return parent.commands.flatMap((command) => {
    if (command.name() === "help") return [];
    const name = `${prefix}${command.name()}`;
    const below = leafCommands(command, `${name} `);
    // A group does nothing itself, unless it has an action of its own beside its subcommands.
    return below.length > 0 && !OWN_ACTION.has(name) ? below : [[name, command] as const, ...below];
  });
}

const OWN_ACTION: ReadonlySet<string> = new Set(["service"]);
