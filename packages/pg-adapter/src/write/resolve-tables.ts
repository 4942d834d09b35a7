import {
  CodedError,
  formatQualifiedName,
  type PatchTable,
  type QualifiedName,
  type TableSelection,
} from "@syncline/core";
import type { Client } from "pg";
import { readTableInfos } from "../catalog/read-table-specs.ts";
import type { TableInfo } from "../catalog/table-info.ts";
import type { PgScope } from "../scope.ts";
import { assertRowsVisible } from "./access.ts";
import { checkShape } from "./check-shape.ts";
import { parsePatchTableName } from "./patch-table-name.ts";
import { StagedTable } from "./staged-table.ts";

interface TargetNames {
  readonly tables: readonly PatchTable[];
  readonly scope: PgScope;
  readonly selection: TableSelection;
  /** An undo only goes back to the very tables that the patch went to. */
  readonly undo: boolean;
}

/** Which table of the target each table of the patch goes to. */
export function targetNames({ tables, scope, selection, undo }: TargetNames): QualifiedName[] {
  const named = selection.kind === "named" ? selection.names : [];
  const only = named[0];
  // One table to one table: its name does not matter, as between tenants that call it differently.
  if (!undo && tables.length === 1 && named.length === 1 && only !== undefined) {
    return [{ schema: only.schema ?? scope.schema, name: only.name }];
  }
  const names = tables.map((table) => {
    const name = parsePatchTableName(table.name, scope.schema);
    if (
      selection.kind === "named" &&
      !named.some((each) => each.name === name.name && (each.schema ?? scope.schema) === name.schema)
    ) {
      throw new CodedError(
        "table.not_found",
        `The patch changes table "${table.name}", which the target does not name.`,
        {
          hint: "Name every table of the patch, or all with *.",
          details: { table: table.name },
        },
      );
    }
    return name;
  });
  refuseDoubled(names);
  return names;
}

/** `users` and `public.users` may be one table. */
function refuseDoubled(names: readonly QualifiedName[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    const full = formatQualifiedName(name);
    if (!seen.has(full)) {
      seen.add(full);
      continue;
    }
    throw new CodedError("file.damaged", `The patch lists table "${full}" twice, under two names.`, {
      hint: "Make the patch again, or restore the file.",
      details: { table: full },
    });
  }
}

/** Reads and checks the tables, which are locked against changes of their shape. */
export async function resolveTables(input: {
  readonly client: Client;
  readonly scope: PgScope;
  readonly tables: readonly PatchTable[];
  readonly names: readonly QualifiedName[];
  /** Passes over differences that do not concern the patch's own columns. */
  readonly forced: boolean;
}): Promise<StagedTable[]> {
  const { client, scope, tables, names } = input;
  const infos = await readTableInfos(client, {
    schema: scope.schema,
    tenantColumn: scope.tenantColumn?.name ?? null,
    selection: { kind: "named", names },
  });
  return tables.map((table, index) => {
    const name = names[index] as QualifiedName;
    const info = infos.find(
      (each) => each.spec.name.schema === name.schema && each.spec.name.name === name.name,
    );
    if (info === undefined) throw notFound(name);
    assertWritable(info);
    assertRowsVisible(info);
    checkShape(table, info, input.forced);
    return new StagedTable(index, table, info, scope);
  });
}

export function notFound(name: QualifiedName): CodedError {
  return new CodedError(
    "table.not_found",
    `The target has no table "${formatQualifiedName(name)}" for this patch.`,
    {
      hint: "Check that this is the right tenant and schema.",
      details: { table: formatQualifiedName(name) },
    },
  );
}

function assertWritable(info: TableInfo): void {
  const { kind, name } = info.spec;
  if (kind === "table" || kind === "partitioned") return;
  throw new CodedError(
    "schema.unsupported",
    `"${formatQualifiedName(name)}" is a ${kind}; patches go to tables only.`,
    {
      details: { table: formatQualifiedName(name) },
    },
  );
}
