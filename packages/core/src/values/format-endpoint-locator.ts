import { redactConnectionUrl } from "./connection-url-parts.ts";
import type { EndpointLocator, TableName, TableSelection } from "./endpoint-locator.ts";

const BARE = /^[A-Za-z0-9_][A-Za-z0-9_$-]*$/;

/** The locator as it can be typed again, without password and without parameters that may be secret. */
export function formatEndpointLocator(locator: EndpointLocator): string {
  switch (locator.kind) {
    case "tenant":
      return formatTenant(locator.server, locator.tenant, locator.tables);
    case "url":
      return `${redactConnectionUrl(locator.url)}#${encodeFragment(`${formatPart(locator.tenant)}:${formatTableSelection(locator.tables)}`)}`;
    case "directory":
      return locator.path;
    case "snapshot":
      return `snapshot:${formatPart(locator.id)}${locator.tables.kind === "all" ? "" : `:${formatTableSelection(locator.tables)}`}`;
  }
}

function formatTenant(server: string | null, tenant: string, tables: TableSelection): string {
  const names = server === null ? [tenant] : [server, tenant];
  const [first = "", ...rest] = names.map(formatPart);
  const head = first === "snapshot" ? '"snapshot"' : first;
  return [head, ...rest, formatTableSelection(tables)].join(":");
}

export function formatTableSelection(tables: TableSelection): string {
  return tables.kind === "all" ? "*" : tables.names.map(formatTableName).join(",");
}

export function formatTableName(table: TableName): string {
  return table.schema === null
    ? formatPart(table.name)
    : `${formatPart(table.schema)}.${formatPart(table.name)}`;
}

function formatPart(part: string): string {
  return BARE.test(part) ? part : `"${part.replaceAll('"', '""')}"`;
}

/** Only what would not survive is encoded, so that the printed form stays readable. */
function encodeFragment(fragment: string): string {
  return fragment.replace(/[%\s\p{Cc}]/gu, (character) => encodeURIComponent(character));
}
