import type { Command } from "commander";
import type { Act } from "../../session.ts";
import { withExamples } from "../help-text.ts";
import { collect } from "../option-values.ts";
import { addKeyOptions, identityOption, type PatchKeyOptions } from "./key-options.ts";

export interface SignCommandOptions extends PatchKeyOptions {
  readonly key: string;
  readonly environment?: string;
  readonly reviewer?: string;
  readonly output?: string;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

export interface VerifyCommandOptions extends PatchKeyOptions {
  readonly signer?: readonly string[];
  readonly environment?: string;
  readonly json?: boolean;
}

export interface KeysCommandOptions {
  readonly new?: boolean;
  readonly json?: boolean;
}

export function defineSign(patch: Command, act: Act): void {
  const command = patch
    .command("sign")
    .summary("approve a patch with your key")
    .description(
      "Adds a signature of exactly this patch for one environment. The patch's hash stays; a file that is altered " +
        "afterwards loses every signature. Signing again with the same key replaces the older signature.",
    )
    .argument("<file>", "patch file; - reads standard input")
    .requiredOption("--key <key>", "Ed25519 private key in PEM: a file or env:NAME")
    .option("--environment <name>", "the environment of the targets that it is approved for")
    .option("--reviewer <name>", "who approves: an e-mail address (default: the user's name)")
    .option("--output <file>", "write the signed patch there instead of into the file itself")
    .option("--overwrite", "replace the output file when it exists")
    .option("--json", "print the result as JSON");
  addKeyOptions(command).action(
    act(async (session, file: string, options: SignCommandOptions) => {
      const { runSign } = await import("./run-sign.ts");
      return runSign(session, { file, options });
    }),
  );
  withExamples(command, [
    [
      "syncline patch sign release.patch --key signer.pem --environment production",
      "approve it for production",
    ],
    [
      "syncline patch sign release.patch --key env:SIGNING_KEY --environment staging --output signed.patch",
      "with a key from the environment, into another file",
    ],
  ]);
}

export function defineVerify(patch: Command, act: Act): void {
  const command = patch
    .command("verify")
    .summary("check that a patch is whole, unchanged and signed")
    .description(
      "Reads a patch to its end and checks its form, counts and digest; ends with 9 when it is damaged. Tells what each " +
        "signature is worth; ends with 12 when one is wrong, or when one that --signer or the rules of --environment " +
        "demand is missing.",
    )
    .argument("<file>", "patch file; - reads standard input")
    .option("--signer <key>", "a public key (ed25519:…) that must have signed it; repeatable", collect)
    .option(
      "--environment <name>",
      "signatures must be for this environment; its rules in the config hold when no --signer is named",
    )
    .option("--json", "print the result as JSON")
    .addOption(identityOption())
    .action(
      act(async (session, file: string, options: VerifyCommandOptions) => {
        const { runVerify } = await import("./run-verify.ts");
        return runVerify(session, { file, options });
      }),
    );
  withExamples(command, [
    ["syncline patch verify release.patch", "is it whole?"],
    ["syncline patch verify release.patch.gz --environment production --json", "may it go to production?"],
  ]);
}

export function defineKeys(patch: Command, act: Act): void {
  const command = patch
    .command("keys")
    .summary("make a signing key, or print the public half of one")
    .description(
      "Prints the public key in the form that `environments` of the config and --signer take. With --new the file is made " +
        "first, readable by you alone. Keys made by `openssl genpkey -algorithm ed25519` work as well.",
    )
    .argument("<key>", "private key in PEM: a file or env:NAME")
    .option("--new", "make the key file, which must not exist")
    .option("--json", "print the result as JSON")
    .action(
      act(async (session, key: string, options: KeysCommandOptions) => {
        const { runKeys } = await import("./run-keys.ts");
        return runKeys(session, { key, options });
      }),
    );
  withExamples(command, [
    ["syncline patch keys signer.pem --new", "a key of your own"],
    ["syncline patch keys env:SIGNING_KEY", "its public half, for the config"],
  ]);
}
