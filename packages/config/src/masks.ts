import { CodedError, type MaskRules, nearest, parseMasks } from "@syncline/core";
import type { Config, TextSource } from "./config.ts";
import { describeSource, type Environment, readTextSource } from "./connection/read-text-source.ts";

/** Masks that a command can be told to use by name. */
export interface MaskSetConfig {
  readonly name: string;
  /** Null: each run takes a random key. */
  readonly key: TextSource | null;
  readonly rules: MaskRules;
}

export interface ResolvedMasks {
  readonly rules: MaskRules;
  /** UTF-8 bytes of the key's text. */
  readonly key: Uint8Array | null;
}

const KEY_BYTES = 16;

/** Rules as `maskTablesSchema` let them through. */
export function buildMaskRules(tables: Readonly<Record<string, unknown>>): MaskRules {
  return parseMasks(tables);
}

/** The masks of that name with their key. Throws `mask.invalid` or `config.secret_unavailable`. */
export async function resolveMasks(
  config: Config,
  name: string,
  options: { readonly env: Environment; readonly signal?: AbortSignal },
): Promise<ResolvedMasks> {
  const found = config.masks.get(name);
  if (found === undefined) throw unknownMasks(config, name);
  return { rules: found.rules, key: await readMaskKey(found.key, `the key of masks "${name}"`, options) };
}

/** Reads a key by reference; `about` names it for errors. Throws `mask.invalid` when it is too short to be a secret. */
export async function readMaskKey(
  source: TextSource | null,
  about: string,
  options: { readonly env: Environment; readonly signal?: AbortSignal },
): Promise<Uint8Array | null> {
  if (source === null) return null;
  const bytes = new TextEncoder().encode(await readTextSource(source, { ...options, about }));
  if (bytes.length >= KEY_BYTES) return bytes;
  throw new CodedError(
    "mask.invalid",
    `${about.charAt(0).toUpperCase()}${about.slice(1)} has ${bytes.length} bytes (${describeSource(source)}), and at least ${KEY_BYTES} are needed.`,
    { hint: "Make one with: openssl rand -hex 32" },
  );
}

function unknownMasks(config: Config, name: string): CodedError {
  const names = [...config.masks.keys()];
  const near = nearest(name, names);
  const known = names.length === 0 ? "The config has no section masks." : `Masks: ${names.join(", ")}.`;
  return new CodedError(
    "mask.invalid",
    `There are no masks "${name}"${near === null ? "" : `; did you mean "${near}"?`}`,
    { hint: `${known} docs/guides/masking.md shows how to write them.` },
  );
}
