import { type Command, Option } from "commander";
import { collect } from "../option-values.ts";

/** Keys for patch and conflict files whose names end in `.age`. */
export interface PatchKeyOptions {
  readonly identity?: readonly string[];
  readonly recipient?: readonly string[];
}

export function identityOption(): Option {
  return new Option(
    "--identity <file>",
    "age secret key that opens .age files: a key file or env:NAME; repeatable",
  ).argParser(collect);
}

/** For commands that read and write patches. */
export function addKeyOptions(command: Command): Command {
  return command
    .addOption(identityOption())
    .option(
      "--recipient <key>",
      "age public key (age1…) that may read the .age files that are written; repeatable",
      collect,
    );
}
