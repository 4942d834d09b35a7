import { setTimeout as sleep } from "node:timers/promises";
import type { PatchOperation } from "@syncline/core";
import pg from "pg";
import type { Random } from "./random.ts";

/** When a competitor's transaction runs, seen from the applier. `at` and `until` count its statements. */
export type Moment =
  | { readonly kind: "before" }
  /** Whole, while the applier's statement `at` waits. */
  | { readonly kind: "between"; readonly at: number }
  /** Its statements while statement `at` waits, its end while `until` waits. */
  | { readonly kind: "across"; readonly at: number; readonly until: number }
  | { readonly kind: "free"; readonly afterMs: number };

export interface CompetitorTransaction {
  readonly moment: Moment;
  readonly statements: readonly string[];
  readonly end: "COMMIT" | "ROLLBACK";
}

/** The longest that a statement waits: a competitor that needs the applier's locks gets them only after it. */
const PATIENCE_MS = 60;

export function randomTransaction(
  random: Random,
  operations: readonly PatchOperation[],
  applierStatements: number,
): CompetitorTransaction {
  const statements = Array.from({ length: random.integer(1, 3) }, () => randomStatement(random, operations));
  return {
    moment: randomMoment(random, applierStatements),
    statements: statements.flat(),
    end: random.chance(0.8) ? "COMMIT" : "ROLLBACK",
  };
}

function randomMoment(random: Random, applierStatements: number): Moment {
  // Early ones meet the writes; later ones only wait for their locks.
  const at = Math.min(random.integer(1, applierStatements), random.integer(1, applierStatements));
  const roll = random.next();
  if (roll < 0.2) return { kind: "before" };
  if (roll < 0.55) return { kind: "between", at };
  if (roll < 0.8) return { kind: "across", at, until: random.integer(at, applierStatements) };
  return { kind: "free", afterMs: random.integer(0, 40) };
}

function randomStatement(random: Random, operations: readonly PatchOperation[]): string[] {
  const operation = random.pick(operations);
  if (operation.table === "sample") return [random.pick(SAMPLE_STATEMENTS)];
  const id = random.chance(0.85) ? Number(operation.key.get("id")) : random.integer(1, 24);
  const account = operation.table === "account" ? id : random.integer(1, 24);
  return random.pick(STATEMENTS)(random, account, operation);
}

const SAMPLE_STATEMENTS = [
  "INSERT INTO public.sample VALUES (1)",
  "DELETE FROM public.sample WHERE ctid = (SELECT min(ctid) FROM public.sample WHERE v = 2)",
  "UPDATE public.sample SET v = 3 WHERE ctid = (SELECT min(ctid) FROM public.sample WHERE v = 1)",
];

type Statement = (random: Random, id: number, operation: PatchOperation) => string[];

const setOne: Statement = (random, id) => {
  const column = random.pick(["a", "b", "c"]);
  return [`UPDATE public.account SET ${column} = '${random.integer(2_000_000, 9_000_000)}' WHERE id = ${id}`];
};

const STATEMENTS: readonly Statement[] = [
  setOne,
  setOne,
  setOne,
  (_random, id) => [`DELETE FROM public.account WHERE id = ${id}`],
  (random, id) => [
    `INSERT INTO public.account VALUES (${id}, ${random.integer(1, 9)}, 'competitor', 5, NULL) ON CONFLICT DO NOTHING`,
  ],
  (_random, id) => [`INSERT INTO public.account VALUES (${id}, 1, 'competitor', 5, ${1_000 + id})`],
  // Away and back: the row is another one, with the same values.
  (_random, id) => [
    `UPDATE public.account SET a = a + 1 WHERE id = ${id}`,
    `UPDATE public.account SET a = a - 1 WHERE id = ${id}`,
  ],
  (random, id) => [`INSERT INTO public.entry VALUES (${random.integer(60, 99)}, ${id}, 'competitor')`],
  (random) => [
    `UPDATE public.entry SET note = 'competitor ${random.integer(1, 999)}' WHERE id = ${random.integer(1, 10)}`,
  ],
  (random) => [`DELETE FROM public.entry WHERE id = ${random.integer(1, 10)}`],
  (random, id) => [`UPDATE public.account SET u = ${random.integer(1_001, 1_030)} WHERE id = ${id}`],
  // The same as the patch wants.
  (_random, _id, operation) => [sameAsPatch(operation)],
];

function sameAsPatch(operation: PatchOperation): string {
  const table = `public.${operation.table}`;
  const at = `id = ${operation.key.get("id")}`;
  if (operation.op === "delete") return `DELETE FROM ${table} WHERE ${at}`;
  const literal = (value: string | null) => (value === null ? "NULL" : pg.escapeLiteral(value));
  if (operation.op === "insert") {
    return `INSERT INTO ${table} VALUES (${[...operation.new.values()].map(literal).join(", ")})`;
  }
  const set = [...operation.new].map(([column, value]) => `${column} = ${literal(value)}`);
  return `UPDATE ${table} SET ${set.join(", ")} WHERE ${at}`;
}

/** One competing session. It may be refused by a constraint or as a deadlock's victim: then it changed nothing. */
export class Competitor {
  readonly #client: pg.Client;
  readonly #transaction: CompetitorTransaction;
  #statements: Promise<unknown> | undefined;
  #end: Promise<unknown> | undefined;

  private constructor(client: pg.Client, transaction: CompetitorTransaction) {
    this.#client = client;
    this.#transaction = transaction;
  }

  static async open(url: string, transaction: CompetitorTransaction): Promise<Competitor> {
    const client = new pg.Client({ connectionString: url, application_name: "guarantee-competitor" });
    client.on("error", () => {});
    await client.connect();
    return new Competitor(client, transaction);
  }

  /** Called while the applier's statement waits; the promise is what it waits for. */
  onStatement(number: number): Promise<void> | undefined {
    const { moment } = this.#transaction;
    if (moment.kind === "between" && moment.at === number) return patiently(this.finish());
    if (moment.kind !== "across") return undefined;
    if (moment.at === number && moment.until === number) return patiently(this.finish());
    if (moment.at === number) return patiently(this.#run().then(() => this.#endLater()));
    return moment.until === number ? patiently(this.finish()) : undefined;
  }

  /** Runs what has not run yet. */
  async finish(): Promise<void> {
    await this.#run();
    this.#end ??= this.#client.query(this.#transaction.end).catch(() => {});
    await this.#end;
  }

  startFree(): void {
    const { moment } = this.#transaction;
    if (moment.kind === "free") setTimeout(() => void this.finish(), moment.afterMs);
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  #run(): Promise<unknown> {
    this.#statements ??= this.#runAll();
    return this.#statements;
  }

  async #runAll(): Promise<void> {
    try {
      await this.#client.query("BEGIN");
      for (const statement of this.#transaction.statements) await this.#client.query(statement);
    } catch {
      // the end of the transaction is a rollback now
    }
  }

  /** An applier that waits for our locks never sends the statement at which we would end. */
  #endLater(): void {
    setTimeout(() => void this.finish(), PATIENCE_MS);
  }
}

async function patiently(work: Promise<unknown>): Promise<void> {
  await Promise.race([work, sleep(PATIENCE_MS)]);
}
