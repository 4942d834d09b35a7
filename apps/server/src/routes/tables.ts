import { type AnswerOf, databases } from "@syncline/api";
import { type ListedTable, listTables } from "@syncline/runtime";
import type { Router } from "../http/router.ts";
import type { ServiceParts } from "../service-parts.ts";
import { assertPlaces } from "../work/assert-places.ts";
import { assertNamedPlace } from "../work/check-definition.ts";
import { TEST_MS } from "../work/test-server.ts";

type TableAnswer = AnswerOf<typeof databases.listTables>["items"][number];

/** What a place holds, by its catalog. */
export function tableRoutes(router: Router, parts: ServiceParts): void {
  router.on(databases.listTables, async (asked) => {
    const { call, query, signal } = asked;
    const { locator, limit } = query;
    const workspace = await parts.workspaces.of(call.scope);
    await assertPlaces(parts, asked, [locator]);
    assertNamedPlace(locator, workspace);
    const found = await listTables(workspace, locator, { signal, withinMs: TEST_MS });
    const wanted = query.name?.toLowerCase() ?? "";
    const named = found.tables.filter(({ spec }) => spec.name.name.toLowerCase().includes(wanted));
    return {
      place: found.label,
      schema: found.schema,
      tenantColumn: found.tenantColumn,
      total: named.length,
      items: named.slice(0, limit).map(present),
    };
  });
}

function present({ spec, unreadable, withoutKey }: ListedTable): TableAnswer {
  const [key] = spec.keys;
  return {
    schema: spec.name.schema,
    name: spec.name.name,
    kind: spec.kind,
    columns: spec.columns.map(({ name, type, notNull, generated }) => ({
      name,
      type: type.name,
      nullable: !notNull,
      generated,
    })),
    key:
      key === undefined
        ? null
        : { name: key.name, kind: key.kind, columns: [...key.columns], nullable: key.nullable },
    withoutKey,
    estimatedRows: spec.estimatedRows < 0 ? null : Math.round(spec.estimatedRows),
    bytes: spec.sizeBytes,
    unreadable,
  };
}
