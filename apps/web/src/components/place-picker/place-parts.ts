import {
  type EndpointLocator,
  formatEndpointLocator,
  formatTableName,
  isCodedError,
  parseEndpointLocator,
  parseTableSelection,
} from "@syncline/core";

/** A place as it is picked: step by step, so that parts may still be empty. */
export interface PlaceParts {
  readonly server: string;
  readonly tenant: string;
  /** As they stand in a locator; none: all tables. */
  readonly tables: readonly string[];
}

export const NO_PLACE: PlaceParts = { server: "", tenant: "", tables: [] };

/** Null: a locator of another form, or none at all; it is then typed as a text. */
export function partsOfLocator(text: string): PlaceParts | null {
  const locator = parsed(text);
  if (locator === null || locator.kind !== "tenant" || locator.server === null) return null;
  const { server, tenant, tables } = locator;
  return { server, tenant, tables: tables.kind === "all" ? [] : tables.names.map(formatTableName) };
}

/** Null: a part is missing or no name. */
export function locatorOfParts({ server, tenant, tables }: PlaceParts): string | null {
  if (server === "" || tenant === "") return null;
  try {
    const selection = parseTableSelection(tables.length === 0 ? "*" : tables.join(","));
    return formatEndpointLocator({ kind: "tenant", server, tenant, tables: selection });
  } catch {
    return null;
  }
}

/** What is wrong with a locator, as the command line says it; null: nothing, or nothing was typed yet. */
export function locatorProblem(text: string): string | null {
  if (text === "") return null;
  try {
    parseEndpointLocator(text);
    return null;
  } catch (error) {
    return isCodedError(error) ? error.message : String(error);
  }
}

/** What is wrong with one table among the tables; null: nothing. */
export function tableProblem(table: string): string | null {
  try {
    parseTableSelection(table);
    return null;
  } catch {
    return `"${table}" is no table: write name or schema.name, odd names in double quotes.`;
  }
}

/** A table as it stands in a locator of a place, short where it can be. */
export function tableInPlace(
  { schema, name }: { readonly schema: string; readonly name: string },
  placeSchema: string,
): string {
  return formatTableName({ schema: schema === placeSchema ? null : schema, name });
}

function parsed(text: string): EndpointLocator | null {
  try {
    return parseEndpointLocator(text);
  } catch {
    return null;
  }
}
