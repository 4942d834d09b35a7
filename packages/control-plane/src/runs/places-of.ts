import { isCodedError, parseEndpointLocator } from "@syncline/core";
import { type JobDefinition, WRITING_KINDS } from "@syncline/jobs";

export type Tenancy = "schema" | "database" | "column";

export interface RunPlaces {
  /** What the run writes to, one entry for each ledger, sorted; no two runs hold one at a time. */
  readonly targetKeys: readonly string[];
  /** Servers that it uses, sorted, for the limits per server. */
  readonly serverKeys: readonly string[];
}

export interface PlacesOptions {
  /** The server of locators that name none. */
  readonly current?: string;
  /** Null: unknown, and then a whole server is one target. */
  readonly tenancyOf?: (server: string) => Tenancy | null;
}

const CURRENT = "(current)";

/** Which places a job writes to and uses, as far as its locators tell. Addresses appear without user and password. */
export function placesOf(definition: JobDefinition, options: PlacesOptions = {}): RunPlaces {
  const locators = definition as Partial<Record<"source" | "target" | "base", string>>;
  const used = [locators.source, locators.target, locators.base].flatMap((text) => placeOf(text, options));
  const writes = WRITING_KINDS.has(definition.kind) && !("dryRun" in definition && definition.dryRun);
  const written = writes ? writtenLocators(definition).flatMap((text) => placeOf(text, options)) : [];
  return {
    targetKeys: sorted(written.map(({ target }) => target)),
    serverKeys: sorted(used.map(({ server }) => server)),
  };
}

function writtenLocators(definition: JobDefinition): (string | undefined)[] {
  const { source, target } = definition as Partial<Record<"source" | "target", string>>;
  if (definition.kind !== "bi-sync") return [target];
  // Its bookkeeping may touch the other side too, so both are its own.
  return [source, target];
}

const sorted = (keys: readonly string[]) => [...new Set(keys)].sort();

function placeOf(
  text: string | undefined,
  { current = CURRENT, tenancyOf = () => null }: PlacesOptions,
): { target: string; server: string }[] {
  const locator = text === undefined ? null : readLocator(text);
  if (locator?.kind === "tenant") {
    const server = locator.server ?? current;
    const target = tenancyOf(server) === "database" ? `${server}:${locator.tenant}` : server;
    return [{ target, server }];
  }
  if (locator?.kind === "url") return placeOfUrl(locator.url);
  if (locator?.kind === "directory") return [{ target: locator.path, server: locator.path }];
  return [];
}

function placeOfUrl(text: string): { target: string; server: string }[] {
  if (!URL.canParse(text)) return [];
  const { hostname, port, pathname, username } = new URL(text);
  const server = `${hostname.toLowerCase()}:${port === "" ? "5432" : port}`;
  // Without a name the database is the user's.
  const database = decoded(pathname === "" || pathname === "/" ? `/${username}` : pathname);
  return [{ target: `${server}${database}`, server }];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A locator that cannot be read fails when the run starts, with its reason. */
function readLocator(text: string) {
  try {
    return parseEndpointLocator(text);
  } catch (error) {
    if (isCodedError(error)) return null;
    throw error;
  }
}
