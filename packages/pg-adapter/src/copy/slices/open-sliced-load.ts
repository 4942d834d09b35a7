import { CodedError, formatQualifiedName } from "@syncline/core";
import type {
  BeginLoad,
  BulkTable,
  FinishedLoad,
  FinishLoad,
  LoadedSlice,
  LoadName,
  SlicedLoad,
  SlicedLoadTarget,
  SliceRows,
} from "@syncline/engine";
import type { PgScope } from "../../scope.ts";
import { prepareCopyLedger } from "../copy-ledger.ts";
import { readInsertTriggers } from "../insert-triggers.ts";
import { LoadSettings } from "../load-settings.ts";
import { withSession } from "../open-session.ts";
import { describeSettlement } from "../recover-runs.ts";
import { readTargetTables } from "../target-table.ts";
import { finishLoad } from "./finish-load.ts";
import { LoadMembership } from "./load-membership.ts";
import { loadSlice } from "./load-slice.ts";
import { prepareLoad } from "./prepare-load.ts";

export interface SlicedLoadInput {
  readonly scope: PgScope;
  /** Printed locator, without secrets. */
  readonly label: string;
}

const LOOK_TIMEOUT_MS = 10_000;

/** Connects when it is first asked. */
export function openSlicedLoadTarget(input: SlicedLoadInput): SlicedLoadTarget {
  return new PgSlicedLoadTarget(input);
}

class PgSlicedLoadTarget implements SlicedLoadTarget {
  readonly #input: SlicedLoadInput;

  constructor(input: SlicedLoadInput) {
    this.#input = input;
  }

  async obstacles(tables: readonly BulkTable[], signal: AbortSignal): Promise<readonly string[]> {
    return withSession({ ...this.#input, signal }, async (session) => {
      const { client, pid } = session;
      const { processID } = client as unknown as { processID: number | null };
      if (processID !== pid) return ["Sessions go through a pooler, which may hand them to others."];
      if (!(await prepareCopyLedger(client, this.#input.label)))
        return ['This role may not keep what slices need in schema "syncline".'];
      await client.query("BEGIN READ ONLY");
      await LoadSettings.pin(client, LOOK_TIMEOUT_MS);
      const names = tables.map(({ spec }) => spec.name);
      const found = await readTargetTables(client, this.#input.scope, { kind: "named", names });
      const triggers = await readInsertTriggers(
        client,
        found.map(({ info }) => info.oid),
      );
      await client.query("ROLLBACK");
      return found.flatMap(({ table, info, owned, name }) => {
        if (table.tenant !== null) return [`"${name}" is shared with other tenants.`];
        if (!owned) return [`"${name}" belongs to another role.`];
        // They can be disabled in one transaction, unseen by others, but not in several.
        const fires = triggers.some((trigger) => trigger.rootOid === info.oid);
        return fires ? [`Triggers of "${name}" would fire for rows that arrive.`] : [];
      });
    });
  }

  async begin(request: BeginLoad): Promise<SlicedLoad> {
    const membership = new LoadMembership(this.#input, request.name);
    const source = this.#input;
    try {
      if (!(await prepareLoad(await membership.session(), { source, request })))
        throw mayNotDrop(request.tables);
    } catch (error) {
      await membership.leave().catch(() => null); // what it failed with tells more
      throw error;
    }
    return new PgSlicedLoad(this.#input, request.name, membership);
  }

  async join(name: LoadName): Promise<SlicedLoad> {
    const membership = new LoadMembership(this.#input, name);
    await membership.join();
    return new PgSlicedLoad(this.#input, name, membership);
  }
}

class PgSlicedLoad implements SlicedLoad {
  readonly #input: SlicedLoadInput;
  readonly #name: LoadName;
  readonly #membership: LoadMembership;

  constructor(input: SlicedLoadInput, name: LoadName, membership: LoadMembership) {
    this.#input = input;
    this.#name = name;
    this.#membership = membership;
  }

  async loadSlice(request: SliceRows): Promise<LoadedSlice> {
    await this.#membership.session();
    return loadSlice({ source: this.#input, name: this.#name, request });
  }

  async finish(request: FinishLoad): Promise<FinishedLoad> {
    await this.#membership.session();
    return finishLoad({ source: this.#input, name: this.#name, request });
  }

  async leave(options?: { readonly keep: boolean }): Promise<readonly string[]> {
    const settled = await this.#membership.leave(options);
    return settled === null ? [] : describeSettlement(settled);
  }
}

function mayNotDrop(tables: BeginLoad["tables"]): CodedError {
  const names = tables.map(({ table }) => `"${formatQualifiedName(table.spec.name)}"`).join(", ");
  return new CodedError("permission.denied", `This role may not drop a foreign key between ${names}.`, {
    hint: "Load them as the owner of the tables.",
  });
}
