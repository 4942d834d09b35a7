import { resolve } from "node:path";
import { CodedError } from "@syncline/core";
import { makeSigningKey, parseSigningKey, readKeyText, signerName } from "@syncline/runtime/files";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import type { KeysCommandOptions } from "./define-signing.ts";
import { writeNewFile } from "./write-new-file.ts";

interface KeysInput {
  readonly key: string;
  readonly options: KeysCommandOptions;
}

export async function runKeys(session: Session, { key, options }: KeysInput): Promise<ExitReason> {
  const { workingFolder: folder, environment, output } = session;
  if (options.new === true) {
    if (key.startsWith("env:"))
      throw new CodedError(
        "usage.invalid",
        "--new makes a key file; an environment variable cannot be made.",
        {
          hint: "Name a file.",
        },
      );
    await writeNewFile(resolve(folder, key), makeSigningKey());
  }
  const signer = signerName(parseSigningKey(await readKeyText(key, { folder, environment }), `"${key}"`));
  if (options.json === true) await output.json({ key, public_key: signer });
  else await output.line(signer);
  return "ok";
}
