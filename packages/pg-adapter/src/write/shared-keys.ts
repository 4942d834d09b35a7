import { CodedError, formatQualifiedName } from "@syncline/core";
import type { OpenedTransaction } from "./pg-patch-transaction.ts";
import { readUniqueIndexes } from "./unique-indexes.ts";
import { isUniqueViolation } from "./write-errors.ts";

/**
 * What a taken key means where tenants share tables: when the key leaves the tenant out, the row in the way may be
 * another tenant's, and only other numbers help. Everything else comes back as it is.
 */
export async function explainSharedKey(opened: OpenedTransaction, error: unknown): Promise<unknown> {
  const { scope, request, session, settings, tables, label } = opened;
  const constraint = (error as { readonly constraint?: unknown } | null)?.constraint;
  if (!isUniqueViolation(error) || scope.tenantColumn === null || request.move === undefined) return error;
  const tenant = scope.tenantColumn.name;
  try {
    await session.client.query("ROLLBACK TO SAVEPOINT syncline_writes");
    settings.restored("own");
    await settings.usePins();
    const indexes = await readUniqueIndexes(
      session.client,
      tables.map((table) => table.info.oid),
    );
    const shared = indexes.find((index) => index.name === constraint && !index.columns.includes(tenant));
    const table = tables.find(({ info }) => info.oid === shared?.tableOid);
    if (shared === undefined || table === undefined) return error;
    return renumberRequired(label, {
      table: formatQualifiedName(table.info.spec.name),
      index: shared.name,
      tenant,
    });
  } catch {
    return error; // the first error is the one to tell
  }
}

function renumberRequired(
  label: string,
  { table, index, tenant }: { readonly table: string; readonly index: string; readonly tenant: string },
): CodedError {
  return new CodedError(
    "renumber.required",
    `Key "${index}" of table "${table}" of "${label}" leaves out the tenant column "${tenant}", and its values are taken by rows outside this tenant; nothing was written.`,
    {
      hint: `With --renumber rows get other whole numbers there; any other key has to hold "${tenant}".`,
      details: { table, constraint: index, column: tenant },
    },
  );
}
