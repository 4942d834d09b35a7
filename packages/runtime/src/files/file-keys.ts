import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { CodedError } from "@syncline/core";
import { type AgeIdentities, type AgeRecipients, parseIdentities } from "@syncline/snapshot-store/sealing";

/** Who may read the files that are written, and with what files are read. */
export interface FileKeys {
  readonly recipients: AgeRecipients;
  readonly identities: AgeIdentities;
}

export interface KeyPlaces {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Secret keys that a person names: a key file, or `env:NAME` for an environment variable that holds its text.
 * @throws CodedError `file.not_found`, `config.secret_unavailable`, `usage.invalid`
 */
export async function readIdentities(
  references: readonly string[],
  places: KeyPlaces,
): Promise<AgeIdentities> {
  const identities: string[] = [];
  for (const reference of references)
    identities.push(...(await parseIdentities(await readKeyText(reference, places), describeKey(reference))));
  return identities;
}

function describeKey(reference: string): string {
  return reference.startsWith("env:") ? `The environment variable ${reference.slice(4)}` : `"${reference}"`;
}

/** The text of a key: a file's, or an environment variable's as `env:NAME`. */
export async function readKeyText(reference: string, { folder, environment }: KeyPlaces): Promise<string> {
  if (reference.startsWith("env:")) {
    const text = environment[reference.slice(4)];
    if (text !== undefined && text !== "") return text;
    throw new CodedError("config.secret_unavailable", `${describeKey(reference)} is not set.`, {
      hint: "Set it to the text of the key, or name a key file.",
    });
  }
  try {
    return await readFile(resolve(folder, reference), "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT")
      throw new CodedError("file.not_found", `There is no key file "${reference}".`, {
        hint: "Check the path.",
        cause,
      });
    throw new CodedError(
      "file.io_failed",
      `The key file "${reference}" cannot be read (${code ?? "unknown cause"}).`,
      {
        cause,
      },
    );
  }
}
