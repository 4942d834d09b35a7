import { Option } from "commander";

/** `--mask <name>`, alike in diff, copy, pull and export. */
export function maskOption(): Option {
  return new Option(
    "--mask <name>",
    "replace values of the source on the way, as masks.<name> of the config says",
  );
}
