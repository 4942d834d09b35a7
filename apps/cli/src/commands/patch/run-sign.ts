import {
  CodedError,
  MOST_SIGNATURES,
  type PatchFile,
  type PatchSignature,
  signPatchFile,
} from "@syncline/core";
import { type PatchFiles, verifyPatch } from "@syncline/engine";
import { createSha256, parseSigningKey, readKeyText, signStatement } from "@syncline/runtime/files";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import type { SignCommandOptions } from "./define-signing.ts";
import { withPatch } from "./open-patch.ts";
import { patchFilesOf } from "./patch-keys.ts";

interface SignInput {
  readonly file: string;
  readonly options: SignCommandOptions;
}

export async function runSign(session: Session, { file, options }: SignInput): Promise<ExitReason> {
  const path = options.output ?? file;
  if (path === "-")
    throw new CodedError("usage.invalid", "A patch from standard input is signed into a file.", {
      hint: "Name it with --output.",
    });
  const files = await patchFilesOf(session, options);
  const { workingFolder: folder, environment } = session;
  const pem = await readKeyText(options.key, { folder, environment });
  const key = parseSigningKey(pem, `"${options.key}"`);
  const written = await withPatch({ session, files }, file, async (patch) => {
    // Nobody puts their name to a file that cannot be applied.
    await verifyPatch({ ctx: session.context, patch });
    const signature = signStatement(key, {
      review: null,
      patch: patch.hash,
      content: null,
      target: null,
      environment: options.environment ?? null,
      reviewer: options.reviewer ?? session.context.actor ?? "unknown",
      at: session.context.now().toISOString(),
    });
    const signatures = [...patch.signatures.filter((older) => !isReplaced(older, signature)), signature];
    if (signatures.length > MOST_SIGNATURES)
      throw new CodedError("limit.exceeded", `A patch carries ${MOST_SIGNATURES} signatures at most.`, {
        hint: "Combine it with nothing and write it again without signatures, or keep fewer.",
      });
    const overwrite = options.output === undefined || options.overwrite === true;
    await writeSigned(files, { patch, signatures, path, overwrite });
    return { id: patch.header.id, hash: patch.hash, signature, count: signatures.length };
  });
  await print(session, { path, ...written, json: options.json === true });
  return "ok";
}

/** The same key for the same environment counts once, and the newer holds longer. */
function isReplaced(older: PatchSignature, newer: PatchSignature): boolean {
  const about = ({ publicKey, statement }: PatchSignature) =>
    `${publicKey} ${statement.replace(/,"reviewer":.*$/, "")}`;
  return about(older) === about(newer);
}

interface Signed {
  readonly patch: PatchFile;
  readonly signatures: readonly PatchSignature[];
  readonly path: string;
  readonly overwrite: boolean;
}

async function writeSigned(files: PatchFiles, { patch, signatures, path, overwrite }: Signed): Promise<void> {
  const source = await files.open(patch.name);
  const sink = await files.create(path, { overwrite });
  try {
    for await (const bytes of signPatchFile({ source, patch, signatures, createDigest: createSha256 }))
      await sink.write(bytes);
    await sink.commit();
  } catch (error) {
    await sink.discard();
    throw error;
  }
}

interface Written {
  readonly path: string;
  readonly id: string;
  readonly hash: string;
  readonly signature: PatchSignature;
  readonly count: number;
  readonly json: boolean;
}

async function print({ output, paint }: Session, written: Written): Promise<void> {
  const { path, id, hash, signature, count } = written;
  if (written.json) {
    await output.json({ file: path, id, hash, public_key: signature.publicKey, signatures: count });
    return;
  }
  await output.line(`${paint("green", "✓")} Signed ${path}: patch ${id}`);
  await output.line(`  content sha256 ${hash}`);
  await output.line(`  by ${signature.publicKey}`);
}
