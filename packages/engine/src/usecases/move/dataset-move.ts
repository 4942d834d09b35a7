import {
  type DatasetDefinition,
  type DatasetPlan,
  formatQualifiedName,
  type MoveRules,
  nameInTenant,
  type PatchRow,
  parsePatchTableName,
  type RowImage,
  type RowScope,
  rootKey,
  type TableSpec,
} from "@syncline/core";
import type { ReadSnapshot } from "../../ports/read-snapshot.ts";
import type { DiffOptions, SidePreparation } from "../diff-contract.ts";
import { ALL_ROOTS, planRoots, type RootSelection } from "../export/dataset-roots.ts";

export interface DatasetMoveInput {
  readonly dataset: DatasetDefinition;
  /** Which roots of the source. */
  readonly selection: RootSelection;
  /** Where table names without a schema are looked up. */
  readonly schemas: { readonly source: string; readonly target: string };
  readonly signal: AbortSignal;
}

/**
 * A dataset of one live place on its way into another: the source's roots with what belongs to them and what they refer
 * to; in the target the same roots with what belongs to them there. Roots that the source does not have are never touched.
 */
export class DatasetMove {
  readonly #input: DatasetMoveInput;
  #keys: readonly (readonly string[])[] = [];
  /** Keys of rows that are there only because others refer to them, by table as in a patch header. */
  readonly #referenced = new Map<
    string,
    { readonly columns: readonly string[]; readonly keys: Set<string> }
  >();

  constructor(input: DatasetMoveInput) {
    this.#input = input;
  }

  /** For `DiffOptions`. */
  readonly prepare: NonNullable<DiffOptions["prepare"]> = (side, snapshot) =>
    side === "source" ? this.#source(snapshot) : this.#target(snapshot);

  /** For `MoveInput`. */
  readonly isReferenced = (table: string, key: PatchRow): boolean => {
    const known = this.#referenced.get(table);
    return known?.keys.has(JSON.stringify(known.columns.map((column) => key.get(column) ?? null))) === true;
  };

  async #source(snapshot: ReadSnapshot): Promise<SidePreparation> {
    const { dataset, selection, schemas } = this.#input;
    const plan = await planRoots(snapshot, dataset, { tenantSchema: schemas.source, selection });
    await this.#readRoots(snapshot, plan);
    for (const { table, referenced } of plan.tables) await this.#readReferenced(snapshot, table, referenced);
    return scopesOf(snapshot, plan, ({ members, referenced }) => ({
      kind: "or",
      items: [members, referenced],
    }));
  }

  async #target(snapshot: ReadSnapshot): Promise<SidePreparation> {
    const { dataset, schemas } = this.#input;
    const selection = { ...ALL_ROOTS, keys: this.#keys };
    const plan = await planRoots(snapshot, dataset, { tenantSchema: schemas.target, selection });
    return scopesOf(snapshot, plan, ({ members }) => members);
  }

  async #readRoots(snapshot: ReadSnapshot, { root, tables }: DatasetPlan): Promise<void> {
    const members = tables.find(({ table }) => table === root)?.members ?? null;
    const keys: string[][] = [];
    for await (const image of this.#texts(snapshot, {
      table: root,
      columns: rootKey(root).columns,
      scope: members,
    }))
      keys.push(image.map((value) => value ?? ""));
    this.#keys = keys;
  }

  async #readReferenced(snapshot: ReadSnapshot, table: TableSpec, scope: RowScope): Promise<void> {
    const columns = table.keys[0]?.columns;
    if (scope.kind === "none" || columns === undefined) return;
    const keys = new Set<string>();
    for await (const image of this.#texts(snapshot, { table, columns, scope }))
      keys.add(JSON.stringify(image));
    this.#referenced.set(nameInTenant(table.name, this.#input.schemas.source), { columns, keys });
  }

  async *#texts(
    snapshot: ReadSnapshot,
    selection: {
      readonly table: TableSpec;
      readonly columns: readonly string[];
      readonly scope: RowScope | null;
    },
  ): AsyncGenerator<RowImage> {
    const rows = snapshot.selectRows({ ...selection, filter: null, masks: new Map() });
    for await (const batch of rows.texts({ order: "physical", signal: this.#input.signal })) yield* batch;
  }
}

/** Tables outside the dataset take part with no row. */
function scopesOf(
  { tables }: ReadSnapshot,
  plan: DatasetPlan,
  scopeOf: (table: DatasetPlan["tables"][number]) => RowScope,
): SidePreparation {
  const scopes = tables.map((table) => {
    const planned = plan.tables.find((each) => each.table === table);
    const scope: RowScope = planned === undefined ? { kind: "none" } : scopeOf(planned);
    return [formatQualifiedName(table.name), scope] as const;
  });
  return { scopes: new Map(scopes), masks: new Map() };
}

/** The rules with a dataset's policies. The config names tables as people do; `tenantSchema` is where bare names are looked up. */
export function withDatasetPolicies(
  rules: MoveRules,
  { policies }: DatasetDefinition,
  tenantSchema: string,
): MoveRules {
  const fields = new Map(rules.fields);
  const tables = new Map(rules.tables);
  for (const [text, policy] of policies) {
    const named = parsePatchTableName(text) ?? { schema: null, name: text };
    const table = nameInTenant({ schema: named.schema ?? tenantSchema, name: named.name }, tenantSchema);
    if (policy.kind === "table") tables.set(table, policy.policy);
    else fields.set(table, policy.fields);
  }
  return { ...rules, fields, tables };
}
