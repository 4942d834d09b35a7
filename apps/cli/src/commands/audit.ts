import type { Command } from "commander";
import type { Act } from "../session.ts";
import { withExamples } from "./help-text.ts";
import { collect } from "./option-values.ts";
import { addServerClientOptions, type ServerClientOptions } from "./server-client-options.ts";

export interface AuditVerifyOptions extends ServerClientOptions {
  readonly checkpoint?: readonly string[];
  readonly signer?: readonly string[];
  readonly identity?: readonly string[];
  readonly json?: boolean;
}

export interface AuditTailOptions extends ServerClientOptions {
  readonly follow?: boolean;
  readonly limit?: string;
  readonly action?: string;
  readonly actor?: string;
  readonly person?: string;
  readonly subject?: string;
  readonly from?: string;
  readonly to?: string;
  readonly ndjson?: boolean;
}

export interface AuditExportOptions extends ServerClientOptions {
  readonly from?: string;
  readonly to?: string;
  readonly output?: string;
  readonly recipient?: readonly string[];
  readonly overwrite?: boolean;
}

export interface AuditCheckpointsOptions extends ServerClientOptions {
  readonly json?: boolean;
}

export function defineAudit(program: Command, act: Act): void {
  const audit = program
    .command("audit")
    .summary("verify, follow and export the audit log of a server")
    .description(
      "The audit log says who did what. Its entries form a chain, and signed checkpoints say how long it was and how it ended.",
    );
  withExamples(audit, [
    ["syncline audit verify --server office --checkpoint kept.json", "whether anything was changed since"],
    ["syncline audit tail --server office --follow", "what happens, as it happens"],
  ]);
  defineVerify(audit, act);
  defineTail(audit, act);
  defineExport(audit, act);
  defineCheckpoints(audit, act);
  defineRotateKey(audit, act);
}

function defineVerify(audit: Command, act: Act): void {
  const command = audit
    .command("verify")
    .summary("whether entries were changed, removed, moved or put in")
    .description(
      "Computes every hash here and believes nothing that the server says of itself. A checkpoint that you kept, or the key that you know, shows also a log that was made anew as a whole. Exit code 9 names the first entry that is wrong.",
    )
    .argument("[file]", "an export; without one, the log of the server")
    .option("--checkpoint <file>", "checkpoints that you kept; repeatable", collect)
    .option("--signer <key>", "public key that counts, ed25519:…; repeatable", collect)
    .option(
      "--identity <file>",
      "key that opens an encrypted export: a file, or env:NAME; repeatable",
      collect,
    )
    .option("--json", "print the report as JSON");
  addServerClientOptions(command).action(
    act(async (session, file: string | undefined, options: AuditVerifyOptions) => {
      const { runAuditVerify } = await import("./audit/run-verify.ts");
      return runAuditVerify(session, { file: file ?? null, options });
    }),
  );
  withExamples(command, [
    ["syncline audit verify --server office", "the log of a server of the config"],
    ["syncline audit verify audit.ndjson --checkpoint kept.json", "an export, without the server"],
  ]);
}

function defineTail(audit: Command, act: Act): void {
  const command = audit
    .command("tail")
    .summary("show the newest entries")
    .description("Shows the newest entries, the last one below; with --project those of one project.")
    .option("-f, --follow", "go on with entries as they are written")
    .option("-n, --limit <n>", "entries to begin with, 1 to 500", "20")
    .option("--action <name>", "only these, as job.create; run.* for all that begin so")
    .option("--actor <name>", "only by this actor, as key:… or user:…")
    .option("--person <who>", "only by this person, by e-mail address or id")
    .option("--subject <id>", "only about this")
    .option("--from <time>", "from this time on (ISO 8601)")
    .option("--to <time>", "before this time (ISO 8601)")
    .option("--ndjson", "print one JSON object a line");
  addServerClientOptions(command).action(
    act(async (session, options: AuditTailOptions) => {
      const { runAuditTail } = await import("./audit/run-tail.ts");
      return runAuditTail(session, options);
    }),
  );
  withExamples(command, [
    ["syncline audit tail --server office --follow --action 'run.*'", "runs, as they come and go"],
    ["syncline audit tail --server office --person kim@example.com --from 2026-11-01", "what somebody did"],
  ]);
}

function defineExport(audit: Command, act: Act): void {
  const command = audit
    .command("export")
    .summary("write the log with its checkpoints into a file")
    .description(
      "Writes one JSON object a line, as docs/formats/audit-log.md describes. `syncline audit verify FILE` needs no server.",
    )
    .option("--from <time>", "from this time on (ISO 8601)")
    .option("--to <time>", "before this time (ISO 8601)")
    .option("-o, --output <file>", "instead of standard output; ends in .age when it is encrypted")
    .option("--recipient <key>", "encrypt to this age public key (age1…); repeatable", collect)
    .option("--overwrite", "replace the file when it is there");
  addServerClientOptions(command).action(
    act(async (session, options: AuditExportOptions) => {
      const { runAuditExport } = await import("./audit/run-export.ts");
      return runAuditExport(session, options);
    }),
  );
  withExamples(command, [
    ["syncline audit export --server office --output audit.ndjson", "the whole log"],
    [
      "syncline audit export --server office --from 2026-11-01 --output november.ndjson.age --recipient age1…",
      "a part, encrypted",
    ],
  ]);
}

function defineCheckpoints(audit: Command, act: Act): void {
  const command = audit
    .command("checkpoints")
    .summary("show signed checkpoints, to keep them elsewhere")
    .description(
      "Shows the newest checkpoints. One that is kept elsewhere shows later whether the log was changed.",
    )
    .option("--json", "print them as JSON, as --checkpoint reads them");
  addServerClientOptions(command).action(
    act(async (session, options: AuditCheckpointsOptions) => {
      const { runAuditCheckpoints } = await import("./audit/run-checkpoints.ts");
      return runAuditCheckpoints(session, options);
    }),
  );
  withExamples(command, [
    ["syncline audit checkpoints --server office", "the newest ones"],
    ["syncline audit checkpoints --server office --json > kept.json", "and keep them"],
  ]);
}

function defineRotateKey(audit: Command, act: Act): void {
  const command = audit
    .command("rotate-key")
    .summary("sign checkpoints with another key from now on")
    .description(
      "The older key vouches for the newer one in an entry of the log; older checkpoints stay valid.",
    )
    .option("--json", "print both keys as JSON");
  addServerClientOptions(command).action(
    act(async (session, options: AuditCheckpointsOptions) => {
      const { runAuditRotateKey } = await import("./audit/run-rotate-key.ts");
      return runAuditRotateKey(session, options);
    }),
  );
  withExamples(command, [
    ["syncline audit rotate-key --server office", "another key"],
    ["syncline audit rotate-key --server office --json", "for a script"],
  ]);
}
