import { CodedError } from "@syncline/core";
import type { WriteReport } from "@syncline/engine";
import { classify, classifyIdentical } from "./classify.ts";
import { readForeignKeys } from "./foreign-keys.ts";
import { writeLedger } from "./ledger-write.ts";
import { pendingNodes } from "./pending-nodes.ts";
import type { OpenedTransaction } from "./pg-patch-transaction.ts";
import { reportOf } from "./report.ts";
import { settleConflicts } from "./strategies.ts";
import { markUndone } from "./undo-marks.ts";
import { readUniqueIndexes } from "./unique-indexes.ts";
import { isUniqueViolation } from "./write-errors.ts";
import { orderWrites } from "./write-order.ts";
import { combinedStatement, type WriteNode, writeStatement } from "./write-statements.ts";

const MAX_ROUNDS = 6;

/** What stopped a round of writes; nothing of the round is left. */
interface Obstacle {
  readonly error: unknown;
  readonly node: WriteNode;
}

/** Writes the staged operations: hopefully at first, and with every row judged when that does not hold. */
export async function writePatch(opened: OpenedTransaction): Promise<WriteReport> {
  const { session, settings, tables, request } = opened;
  const { client } = session;
  await settings.usePins();
  const notes: string[] = [];
  for (const table of tables) {
    await client.query(`ANALYZE ${table.stage}`);
    if (table.staged.I + table.staged.D > 0) await classifyIdentical(client, table);
  }
  const oids = tables.map((table) => table.info.oid);
  const foreignKeys = await readForeignKeys(client, oids);
  const uniqueIndexes = await readUniqueIndexes(client, oids);
  let pending = "";
  for (let round = 0; ; round += 1) {
    await settings.usePins();
    const conflictCount = await settleConflicts(opened);
    if (conflictCount > 0) return reportOf(client, tables, notes);
    const nodes = await pendingNodes(client, tables);
    const now = nodes.map((node) => `${node.table.index}${node.kind}${node.group}:${node.expected}`).join();
    await settings.useOwn();
    await client.query("SAVEPOINT syncline_writes");
    const obstacle = await tryWrites(opened, orderWrites(nodes, foreignKeys, uniqueIndexes));
    if (obstacle === null) break;
    await client.query("ROLLBACK TO SAVEPOINT syncline_writes");
    if (now === pending || round >= MAX_ROUNDS) throw obstacle.error;
    pending = now;
    await settings.usePins();
    for (const table of tables) await classify(client, table);
  }
  await client.query("SET CONSTRAINTS ALL IMMEDIATE");
  await settings.usePins();
  const report = await reportOf(client, tables, notes);
  if (!request.options.dryRun) {
    await writeLedger({ client, scope: opened.scope, request, report, tables });
    await markUndone(client, request);
  }
  return report;
}

async function tryWrites(
  { session, label }: OpenedTransaction,
  steps: readonly WriteNode[][],
): Promise<Obstacle | null> {
  for (const step of steps) {
    const first = step[0];
    if (first === undefined) continue;
    try {
      const counts = await runStep(session.client, step);
      const wrong = step.find((node, at) => counts[at] !== node.expected);
      if (wrong !== undefined) return { error: countMismatch(wrong, label), node: wrong };
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      return { error, node: first };
    }
  }
  return null;
}

async function runStep(
  client: OpenedTransaction["session"]["client"],
  step: readonly WriteNode[],
): Promise<number[]> {
  if (step.length === 1 && step[0] !== undefined) {
    const { rowCount } = await client.query(writeStatement(step[0]));
    return [rowCount ?? 0];
  }
  const { rows } = await client.query<Record<string, string>>(combinedStatement(step));
  return step.map((_, at) => Number(rows[0]?.[`c${at}`]));
}

function countMismatch(node: WriteNode, label: string): CodedError {
  return new CodedError(
    "patch.precondition_failed",
    `Table "${node.table.name}" of "${label}" took another number of rows than the patch says, although every row is as expected.`,
    { hint: "A trigger may suppress changes; try --triggers off.", details: { table: node.table.name } },
  );
}
