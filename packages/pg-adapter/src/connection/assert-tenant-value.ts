import { CodedError, castName, formatQualifiedName } from "@syncline/core";
import type pg from "pg";
import type { TableInfo } from "../catalog/table-info.ts";
import type { PgEndpointOptions } from "../pg-endpoint.ts";
import { quoteLiteral } from "../sql/quote.ts";

/** SQLSTATE classes of a text that is no value of a type: data exceptions, and a domain's check. */
const NO_VALUE = /^(22|23)/;

/** Refuses a tenant that the type of a table's tenant column cannot hold. Leaves the transaction failed when it does. */
export async function assertTenantValue(
  client: pg.Client,
  infos: readonly TableInfo[],
  { label, scope }: PgEndpointOptions,
): Promise<void> {
  const { tenantColumn } = scope;
  if (tenantColumn === null) return;
  for (const [type, [info]] of Map.groupBy(infos, (each) => each.tenantType)) {
    if (type === null || info === undefined) continue;
    try {
      await client.query(`SELECT ${quoteLiteral(tenantColumn.value)}::${castName(type)}`);
    } catch (error) {
      if (!NO_VALUE.test((error as { code?: string }).code ?? "")) throw error;
      const table = formatQualifiedName(info.spec.name);
      throw new CodedError(
        "tenant.not_found",
        `Tenant "${tenantColumn.value}" of ${label} cannot be one: column "${tenantColumn.name}" of table "${table}" is ${type}.`,
        { hint: "Check the tenant's name; the part before the table is a value of the tenant column." },
      );
    }
  }
}
