import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "@syncline/core";
import type { PatchInput } from "@syncline/engine";
import { WRITING_KINDS } from "@syncline/jobs";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBase } from "../endpoint-registry.ts";
import { resolvePlace } from "../place.ts";
import { runBiSync } from "./bi-sync/index.ts";
import type { OperationSetting } from "./contract.ts";
import {
  applyBatch,
  applyOfJob,
  applyWishOfJob,
  DEFAULT_COPY,
  DEFAULT_IMPORT,
  runApply,
  runCopy,
  runImport,
  runMerge,
  runUndo,
  undoOfJob,
} from "./index.ts";
import { job, type OperationFolder, operationFolder } from "./testing/operation.fixture.ts";

let database: TestDatabase;
let target: TestDatabase;
let folder: OperationFolder;
let patch: PatchInput;
let ledgerId = "";

const [SOURCE, TARGET] = ["dev:source:users", "prod:target:users"];

beforeAll(async () => {
  database = await createTestDatabase("guarded_source");
  target = await createTestDatabase("guarded_target");
  for (const [each, schema] of [
    [database, "source"],
    [target, "target"],
  ] as const)
    await each.query(`CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.users (id int PRIMARY KEY, name text)`);
  await database.query("INSERT INTO source.users VALUES (1, 'Ada'), (2, 'Bob')");
  folder = await operationFolder({ dev: { url: database.url }, prod: { url: target.url } });
  patch = await folder.patch(SOURCE, TARGET);
  const applied = await runApply(folder.setting(), { ...APPLY, patch });
  ledgerId = applied.ledgerIds[0] ?? "";
  await database.query("INSERT INTO source.users VALUES (3, 'Cyd')");
  patch = await folder.patch(SOURCE, TARGET);
  await mkdir(join(folder.path, "rows"));
  await writeFile(join(folder.path, "rows.sql"), "INSERT INTO users VALUES (9, 'Zoe');\n");
});
afterAll(async () => {
  await folder.remove();
  await database.drop();
  await target.drop();
});

const APPLY_JOB = job({ kind: "apply", patch: "stored", target: TARGET });
const APPLY = { target: TARGET, options: applyWishOfJob(APPLY_JOB) };

/** Every operation that writes to a target. */
const WRITES: Record<string, (setting: OperationSetting) => Promise<unknown>> = {
  apply: (setting) => runApply(setting, applyOfJob(APPLY_JOB, patch)),
  undo: (setting) => runUndo(setting, undoOfJob(job({ kind: "undo", ledgerId, target: TARGET }))),
  batch: (setting) =>
    applyBatch(setting, {
      ...APPLY,
      atomic: false,
      source: "test",
      operations: [
        { op: "insert", table: "users", key: new Map(), old: new Map(), new: new Map([["id", "7"]]) },
      ],
    }),
  copy: (setting) => runCopy(setting, { ...DEFAULT_COPY, source: SOURCE, target: TARGET }),
  "copy with definitions": (setting) =>
    runCopy(setting, { ...DEFAULT_COPY, source: SOURCE, target: TARGET, definitions: "only" }),
  merge: (setting) => runMerge(setting, job({ kind: "merge", source: SOURCE, target: TARGET, base: TARGET })),
  "bi-sync": (setting) =>
    runBiSync(setting, job({ kind: "bi-sync", source: SOURCE, target: TARGET }), {
      openBase: async () => {
        const { scope } = await resolvePlace(setting.workspace, SOURCE, setting.context.signal);
        const { signal } = setting.context;
        return openBase({ connection: scope.connection, schema: "pair_base", token: null, signal });
      },
      decisions: async () => [],
      finish: async () => {},
    }),
  import: (setting) =>
    runImport(setting, {
      ...DEFAULT_IMPORT,
      file: { label: "rows.sql", path: join(folder.path, "rows.sql") },
      target: "prod:target:*",
    }),
};

const state = () =>
  target.query(`SELECT (SELECT json_agg(u ORDER BY id) FROM target.users u) AS rows,
    (SELECT count(*)::int FROM syncline.ledger) AS applications`);

it("every kind of job that writes is looked at", () => {
  expect([...WRITING_KINDS].filter((kind) => WRITES[kind] === undefined)).toEqual([]);
});

it.each(Object.keys(WRITES))(
  "%s writes nothing where it may not, and says what it was about",
  async (name) => {
    const before = await state();
    const asked: unknown[] = [];
    const refusing = folder.setting({
      confirmWrite: async ({ action, target: { label, server }, dryRun }) => {
        asked.push([action, label.split(":")[0], server, dryRun]);
        throw new CodedError("target.protected", "It is protected.");
      },
    });
    await expect(WRITES[name]?.(refusing)).rejects.toMatchObject({ code: "target.protected" });
    expect(asked).toEqual([[expect.any(String), "prod", "prod", false]]);
    expect(await state()).toEqual(before);
  },
);

it.each([...WRITING_KINDS, "batch"])("%s would write otherwise", async (name) => {
  await database.query("INSERT INTO source.users SELECT 100 + count(*), 'new' FROM source.users");
  const before = await state();
  await WRITES[name]?.(folder.setting());
  expect(await state()).not.toEqual(before);
});
