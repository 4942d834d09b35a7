import { CodedError } from "@syncline/core";
import type { OpenedTransaction } from "./pg-patch-transaction.ts";
import type { StagedTable } from "./staged-table.ts";
import {
  describeDisabled,
  disableTriggers,
  enableTriggers,
  readUserTriggers,
  type UserTrigger,
} from "./triggers.ts";
import { captureBefore, findRewritten, type Rewritten } from "./verify-images.ts";

/**
 * `auto`: triggers run, and where one of them changed what the patch says, the writes are taken back and repeated
 * with the triggers of those tables disabled. `on`: that is an error. `off`: they are disabled from the start.
 */
export class TriggerPolicy {
  readonly #opened: OpenedTransaction;
  #triggers: readonly UserTrigger[];
  #tablesRead: number;
  readonly #disabled = new Set<UserTrigger>();
  #rewritten: readonly Rewritten[] = [];

  private constructor(opened: OpenedTransaction, triggers: readonly UserTrigger[]) {
    this.#opened = opened;
    this.#triggers = triggers;
    this.#tablesRead = opened.tables.length;
  }

  static async read(opened: OpenedTransaction): Promise<TriggerPolicy> {
    const oids = opened.tables.map((table) => table.info.oid);
    return new TriggerPolicy(opened, await readUserTriggers(opened.session.client, oids));
  }

  get notes(): string[] {
    return describeDisabled([...this.#disabled]);
  }

  /** Before each round, under the pins: disables what is to be off, or keeps images to compare with. */
  async prepare(): Promise<void> {
    const { tables, request, session } = this.#opened;
    const added = tables.slice(this.#tablesRead).map((table) => table.info.oid);
    if (added.length > 0)
      this.#triggers = [...this.#triggers, ...(await readUserTriggers(session.client, added))];
    this.#tablesRead = tables.length;
    if (request.options.triggers === "off") await this.#disable(this.#triggers, "Triggers are to be off");
    if (this.#active.length === 0) return;
    for (const table of tables) await captureBefore(session.client, table);
  }

  get #active(): UserTrigger[] {
    return this.#triggers.filter((trigger) => !this.#disabled.has(trigger));
  }

  /** After the writes, under the pins: whether the rows are what the patch says. */
  async accept(): Promise<boolean> {
    if (this.#active.length === 0) return true;
    this.#rewritten = await findRewritten(this.#opened.session.client, this.#opened.tables);
    return this.#rewritten.length === 0;
  }

  /** The triggers of the tables that were rewritten; if those are off already, all of them. */
  async disableRewriting(): Promise<void> {
    const oids = new Set(this.#rewritten.map(({ table }) => table.info.oid));
    const why = describeRewritten(this.#rewritten);
    const own = this.#active.filter((trigger) => oids.has(trigger.rootOid));
    await this.#giveUpIfOn(why, own);
    await this.#disable(own.length > 0 ? own : this.#active, why);
  }

  /** A trigger seems to suppress writes to the table. Resolves with whether anything was left to disable. */
  async disableFor(table: StagedTable): Promise<boolean> {
    const own = this.#active.filter((trigger) => trigger.rootOid === table.info.oid);
    const chosen = own.length > 0 ? own : this.#active;
    if (chosen.length === 0) return false;
    const why = `Triggers suppress changes to table "${table.name}"`;
    await this.#giveUpIfOn(why, chosen);
    await this.#disable(chosen, why);
    return true;
  }

  async enableAgain(): Promise<void> {
    await enableTriggers(this.#opened.session, [...this.#disabled]);
  }

  async #disable(triggers: readonly UserTrigger[], why: string): Promise<void> {
    const fresh = triggers.filter((trigger) => !this.#disabled.has(trigger));
    await disableTriggers(this.#opened.session, fresh, why);
    for (const trigger of fresh) this.#disabled.add(trigger);
  }

  async #giveUpIfOn(why: string, triggers: readonly UserTrigger[]): Promise<void> {
    if (this.#opened.request.options.triggers !== "on") return;
    const names = triggers.map((trigger) => `"${trigger.name}"`).join(", ");
    throw new CodedError(
      "trigger.rewrites",
      `${why}${names === "" ? "" : ` (triggers ${names})`}; nothing was written.`,
      {
        hint: "Use --triggers auto or off, or leave the columns out with --ignore-fields when comparing.",
        details: { tables: this.#rewritten.map(({ table, columns }) => ({ table: table.name, columns })) },
      },
    );
  }
}

function describeRewritten(rewritten: readonly Rewritten[]): string {
  const parts = rewritten.map(({ table, columns }) => {
    const named = columns.filter((column) => column !== "*");
    return `"${table.name}"${named.length === 0 ? "" : ` (${named.map((column) => `"${column}"`).join(", ")})`}`;
  });
  return `Triggers change what the patch writes to ${parts.join(", ")}`;
}
