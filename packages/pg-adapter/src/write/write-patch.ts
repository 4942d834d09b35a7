import type { WriteReport } from "@syncline/engine";
import { forgetHighWater, writeHighWater } from "../high-water/high-water-store.ts";
import { writeIdMap } from "../renumber/id-map.ts";
import { assertPrivileges } from "./access.ts";
import { CASCADED_SEQ } from "./cascades.ts";
import { classify, classifyIdentical } from "./classify.ts";
import { alterBack } from "./deferred-references.ts";
import { assertKeysKept } from "./kept-keys.ts";
import { type WrittenInverse, writeLedger } from "./ledger-write.ts";
import { pendingNodes } from "./pending-nodes.ts";
import type { OpenedTransaction } from "./pg-patch-transaction.ts";
import { settleReach } from "./reach.ts";
import { reportOf } from "./report.ts";
import { refuseRules } from "./rules.ts";
import { runSteps } from "./run-steps.ts";
import { raiseSequences } from "./sequences.ts";
import { explainSharedKey } from "./shared-keys.ts";
import { settleConflicts } from "./strategies.ts";
import { TriggerPolicy } from "./trigger-policy.ts";
import { settleUncounted } from "./uncounted-inserts.ts";
import { markUndone } from "./undo-marks.ts";
import { assertOneRowAKey, hasUnindexedKey, prepareUnindexed } from "./unindexed-key.ts";
import { readUniqueIndexes } from "./unique-indexes.ts";
import { planSwaps } from "./unique-swaps.ts";
import { assertNothingYields } from "./whole-values.ts";
import { isUniqueViolation } from "./write-errors.ts";
import { orderWrites } from "./write-order.ts";
import type { WriteNode } from "./write-statements.ts";

export interface WrittenPatch {
  readonly report: WriteReport;
  /** Null when the ledger has nothing of it. */
  readonly inverse: WrittenInverse | null;
}

const MAX_ROUNDS = 12;

/**
 * Writes the staged operations: hopefully at first, each with its old image as a condition. Only when that does not
 * work out every row is judged, and it is tried again with what is left to do.
 */
export async function writePatch(opened: OpenedTransaction): Promise<WrittenPatch> {
  const { session, settings, tables, request } = opened;
  const { client } = session;
  await settings.usePins();
  await assertPrivileges(client, tables, opened.label);
  await refuseRules(
    client,
    tables.map((table) => table.info.oid),
  );
  for (const table of tables) {
    await client.query(`ANALYZE ${table.stage}`);
    await assertNothingYields(client, table);
    if (request.undoes === null) await assertKeysKept(client, table); // a cascade may have changed keys
    if (table.staged.I + table.staged.D > 0) await prepareIdentical(opened, table);
    if (hasUnindexedKey(table)) await prepareUnindexed(client, table);
  }
  const triggers = await TriggerPolicy.read(opened);
  const written = await writeInRounds(opened, triggers).catch(async (error: unknown) => {
    throw await explainSharedKey(opened, error);
  });
  if (!written) return { report: await reportOf(client, tables, []), inverse: null };
  await settings.usePins();
  for (const table of tables.filter(hasUnindexedKey)) await assertOneRowAKey(client, table);
  await triggers.enableAgain();
  const deferred = await alterBack(opened);
  const report = await reportOf(client, tables, [...triggers.notes, ...deferred]);
  const notes = [...report.notes, ...(await raiseSequences(client, tables, request.options.dryRun))];
  let inverse: WrittenInverse | null = null;
  if (!request.options.dryRun) {
    const { counts } = report;
    const idle = counts.inserted + counts.updated + counts.deleted === 0;
    if (request.move === undefined || !idle)
      inverse = await writeLedger({ client, scope: opened.scope, request, report, tables });
    const marks = request.move?.highWater ?? [];
    await writeHighWater(client, opened.scope, { marks, ledgerId: request.id });
    await writeIdMap(client, opened.scope, { entries: request.move?.idMap ?? [], ledgerId: request.id });
    if (request.kind === "undo") await forgetHighWater(client, opened.scope);
    await markUndone(client, request, request.partial || report.counts.skipped > 0);
  }
  return { report: { ...report, notes }, inverse };
}

/** Which of several identical rows goes does not matter as long as nobody adds or removes one meanwhile. */
async function prepareIdentical(opened: OpenedTransaction, table: OpenedTransaction["tables"][number]) {
  await opened.session.client.query(`LOCK TABLE ONLY ${table.target} IN SHARE ROW EXCLUSIVE MODE`);
  await classifyIdentical(opened.session.client, table);
  await settleUncounted(opened, table);
}

/** Resolves with false when conflicts are left; nothing is written then. */
async function writeInRounds(opened: OpenedTransaction, triggers: TriggerPolicy): Promise<boolean> {
  const { session, settings, tables } = opened;
  const { client } = session;
  let before = "";
  let swapsPlanned = false;
  for (let round = 0; ; round += 1) {
    await settings.usePins();
    // Nothing is judged yet in the first round, but what no unique index tells apart.
    if (round > 0 || tables.some((table) => table.staged.I + table.staged.D > 0 || hasUnindexedKey(table))) {
      await forgetCascaded(opened);
      if ((await settleConflicts(opened)) > 0) {
        if (round === 0) await judgeAll(opened); // whoever resolves conflicts wants to know all of them
        return false;
      }
    }
    const foreignKeys = await settleReach(opened);
    const uniqueIndexes = await readUniqueIndexes(
      client,
      tables.map((table) => table.info.oid),
    );
    await triggers.prepare();
    const nodes = await pendingNodes(client, tables);
    const now = describe(nodes);
    await settings.useOwn();
    await client.query("SAVEPOINT syncline_writes");
    const obstacle = await runSteps(opened, orderWrites(nodes, foreignKeys, uniqueIndexes));
    if (obstacle === null) {
      await settings.usePins();
      if (await triggers.accept()) return true;
      await client.query("ROLLBACK TO SAVEPOINT syncline_writes");
      settings.restored("own");
      await triggers.disableRewriting();
      continue;
    }
    await client.query("ROLLBACK TO SAVEPOINT syncline_writes");
    settings.restored("own");
    if (obstacle.kind === "parking") continue;
    if (round >= MAX_ROUNDS) throw obstacle.error;
    await settings.usePins();
    await judgeAll(opened);
    const progress = now !== before || obstacle.kind === "drift";
    before = now;
    if (progress) continue;
    if (obstacle.kind === "count" && (await triggers.disableFor(obstacle.node.table))) continue;
    if (swapsPlanned || obstacle.kind === "count" || !isUniqueViolation(obstacle.error)) throw obstacle.error;
    await planSwaps(opened, obstacle.error);
    swapsPlanned = true;
  }
}

async function judgeAll(opened: OpenedTransaction): Promise<void> {
  for (const table of opened.tables) {
    await classify(opened.session.client, table);
    await settleUncounted(opened, table);
  }
}

/** What cascades would reach depends on what is still to be written. */
async function forgetCascaded({ session, tables }: OpenedTransaction): Promise<void> {
  for (const table of tables)
    await session.client.query(`DELETE FROM ${table.stage} s WHERE s.seq > ${CASCADED_SEQ}`);
}

function describe(nodes: readonly WriteNode[]): string {
  return nodes
    .map((node) => `${node.table.index}${node.kind}${node.group}/${node.layer}:${node.expected}`)
    .join();
}
