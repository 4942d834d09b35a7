import { dirname, resolve } from "node:path";
import { CodedError } from "@syncline/core";
import {
  Alias,
  type Document,
  isMap,
  isNode,
  LineCounter,
  type Node,
  Pair,
  parseDocument,
  Scalar,
  visit,
} from "yaml";
import { checkFlows } from "./check-flows.ts";
import { checkServers } from "./check-servers.ts";
import type { Config, ServerConfig, TextSource } from "./config.ts";
import { type ConfigIssue, configError } from "./config-issue.ts";
import { type ConfigDocument, configSchema, type ServerDocument } from "./config-schema.ts";
import { buildDatasets, checkDatasets } from "./datasets.ts";
import { buildEnvironments } from "./environments.ts";
import { featuresWith } from "./feature-flags.ts";
import { checkJobs } from "./jobs.ts";
import { buildMaskRules, type MaskSetConfig } from "./masks.ts";
import { isRemote, type RemoteServerConfig } from "./remote-servers.ts";
import { describeSchemaIssues } from "./schema-issues.ts";
import { Secret } from "./secret.ts";

const MAX_CHARACTERS = 1024 * 1024;

export interface ParsedConfig {
  readonly config: Config;
  /** What works but should be changed, such as a password written into the file. */
  readonly warnings: readonly ConfigIssue[];
}

/** Reads the text of a config file (YAML or JSON). Throws `config.invalid` with every problem, its line and column. */
export function parseConfig(text: string, file: string): ParsedConfig {
  if (text.length > MAX_CHARACTERS)
    throw new CodedError("config.invalid", `${file} is longer than ${MAX_CHARACTERS} characters.`);
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: true,
    prettyErrors: false,
    strict: true,
    merge: false,
  });
  const place = new Places(document, lines);
  const broken = [...syntaxIssues(document, lines), ...forbiddenIssues(document, place)];
  if (broken.length > 0) throw configError(file, broken);
  const input: unknown = document.toJS({ maxAliasCount: 0 });
  const result = configSchema.safeParse(input);
  if (!result.success)
    throw configError(
      file,
      describeSchemaIssues(result.error.issues, input).map((issue) => place.issue(issue)),
    );
  const { problems: wrongServers, warnings } = checkServers(result.data);
  const problems = [
    ...wrongServers,
    ...checkFlows(result.data),
    ...checkDatasets(result.data),
    ...checkJobs(result.data),
  ];
  if (problems.length > 0)
    throw configError(
      file,
      problems.map((issue) => place.issue(issue)),
    );
  return { config: buildConfig(result.data, file), warnings: warnings.map((issue) => place.issue(issue)) };
}

/** Our own words: the parser's messages may quote the file, and so a secret. */
const SYNTAX_PROBLEMS: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: "this key stands there twice",
  BAD_INDENT: "the indentation does not fit, or a bracket is not closed",
  MISSING_CHAR: "a closing quote, a bracket, a comma or a space after a colon is missing",
  UNEXPECTED_TOKEN: "this is unexpected here; a text with special characters needs quotes",
  TAB_AS_INDENT: "a tab cannot indent; use spaces",
  MULTILINE_IMPLICIT_KEY: "a key must stand on one line; is a colon missing?",
  BLOCK_AS_IMPLICIT_KEY: "a second colon in one line; a text that holds a colon and a space needs quotes",
  MULTIPLE_DOCS: "only one document is allowed in the file",
  TAG_RESOLVE_FAILED: "a tag (!name) is not allowed",
  BAD_DQ_ESCAPE: "unknown escape in a double-quoted text",
};

function syntaxIssues(document: Document.Parsed, lines: LineCounter): ConfigIssue[] {
  return [...document.errors, ...document.warnings].map((error) => {
    const { line, col } = lines.linePos(error.pos[0]);
    return {
      line: Math.max(1, line),
      column: Math.max(1, col),
      path: "",
      problem: SYNTAX_PROBLEMS[error.code] ?? `not valid YAML (${error.code})`,
    };
  });
}

/** Aliases can blow up in size, and `__proto__` is no name of anything here. */
function forbiddenIssues(document: Document.Parsed, place: Places): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  visit(document, (_, node) => {
    if (node instanceof Alias)
      issues.push(place.at(node, "an alias (*name) is not allowed; write the value out"));
    if (node instanceof Pair && !(node.key instanceof Scalar))
      issues.push(place.at(isNode(node.key) ? node.key : null, "a key must be a plain text"));
    if (node instanceof Pair && node.key instanceof Scalar && node.key.value === "__proto__")
      issues.push(place.at(node.key, 'the key "__proto__" is not allowed'));
  });
  return issues;
}

/** Finds where in the text a path stands. */
class Places {
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;

  constructor(document: Document.Parsed, lines: LineCounter) {
    this.#document = document;
    this.#lines = lines;
  }

  at(node: Node | null, problem: string, path = ""): ConfigIssue {
    const { line, col } = this.#lines.linePos(node?.range?.[0] ?? 0);
    return { line: Math.max(1, line), column: Math.max(1, col), path, problem };
  }

  issue(issue: {
    readonly path: readonly PropertyKey[];
    readonly key: string | null;
    readonly problem: string;
  }): ConfigIssue {
    const path = issue.key === null ? issue.path : [...issue.path, issue.key];
    return this.at(this.#nearest(path, issue.key !== null), issue.problem, formatPath(path));
  }

  /** The node of the path, or of the nearest parent that is there. */
  #nearest(path: readonly PropertyKey[], wantKey: boolean): Node | null {
    for (let length = path.length; length > 0; length--) {
      const found = this.#find(path.slice(0, length), wantKey || length < path.length);
      if (found !== null) return found;
    }
    return this.#document.contents;
  }

  #find(path: readonly PropertyKey[], wantKey: boolean): Node | null {
    const parent: unknown =
      path.length === 1 ? this.#document.contents : this.#document.getIn(path.slice(0, -1), true);
    const last = path.at(-1);
    if (!isMap(parent)) return nodeOrNull(this.#document.getIn(path, true));
    const pair = parent.items.find(
      (item) => isNode(item.key) && String((item.key as Scalar).value) === String(last),
    );
    if (pair === undefined) return null;
    return wantKey || !hasPlace(pair.value) ? nodeOrNull(pair.key) : nodeOrNull(pair.value);
  }
}

function nodeOrNull(value: unknown): Node | null {
  return isNode(value) ? value : null;
}

function hasPlace(value: unknown): boolean {
  return isNode(value) && value.range !== undefined && value.range !== null;
}

function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${String(part)}`,
    )
    .join("");
}

function buildConfig(document: ConfigDocument, file: string): Config {
  const folder = dirname(resolve(file));
  const shared = document.export?.requireEncryption === true;
  const all = Object.entries(document.servers);
  const servers = all
    .filter(([, server]) => !isRemote(server))
    .map(([name, server]) => [name, buildServer(name, server, { folder, shared })] as const);
  const remotes = all
    .filter(([, server]) => isRemote(server))
    .map(([name, server]) => [name, buildRemote(name, server, folder)] as const);
  return {
    file: resolve(file),
    current: document.current ?? null,
    servers: new Map(servers),
    remotes: new Map(remotes),
    environments: buildEnvironments(document.environments),
    timestampFields: document.timestampFields,
    systemFields: document.systemFields,
    flows: document.flows,
    datasets: buildDatasets(document.datasets),
    requireEncryption: shared,
    jobs: document.jobs,
    limits: document.limits,
    alerts: buildAlerts(document.alerts, folder),
    features: featuresWith(document.features),
    masks: new Map(
      Object.entries(document.masks).map(([name, set]) => [name, buildMasks(name, set, folder)]),
    ),
  };
}

function buildRemote(name: string, server: ServerDocument, folder: string): RemoteServerConfig {
  const { url, apiKey, environment } = server;
  return {
    name,
    url: buildSource(url, folder) as TextSource, // checked: a remote server has both
    apiKey: buildSource(apiKey, folder) as TextSource,
    environment: environment ?? null,
  };
}

function buildAlerts({ staleAfter, webhooks, allowAddresses }: ConfigDocument["alerts"], folder: string) {
  return {
    staleAfter: staleAfter ?? null,
    allowAddresses,
    webhooks: webhooks.map(({ name, url, secret, events }) => ({
      name,
      events,
      url: buildSource(url, folder) as TextSource, // required by the schema
      secret: buildSource(secret, folder) as TextSource,
    })),
  };
}

function buildMasks(name: string, set: ConfigDocument["masks"][string], folder: string): MaskSetConfig {
  return { name, key: buildSource(set.key, folder), rules: buildMaskRules(set.tables) };
}

interface Surroundings {
  readonly folder: string;
  /** What holds for exports of servers that do not say it. */
  readonly shared: boolean;
}

function buildServer(name: string, server: ServerDocument, { folder, shared }: Surroundings): ServerConfig {
  const source = (value: ServerDocument["url"]) => buildSource(value, folder);
  return {
    name,
    url: source(server.url),
    host: source(server.host),
    port: server.port ?? null,
    database: source(server.database),
    user: source(server.user),
    password: source(server.password),
    tls: buildTls(server.tls, folder),
    tenancy: server.tenancy,
    environment: server.environment ?? null,
    protection: server.protection ?? null,
    replicaOf: server.replicaOf ?? null,
    requireEncryption: server.export?.requireEncryption ?? shared,
  };
}

type SourceDocument = ServerDocument["url"] | ConfigDocument["alerts"]["webhooks"][number]["url"];

function buildSource(value: SourceDocument, folder: string): TextSource | null {
  if (value === undefined) return null;
  if (typeof value === "string") return { kind: "literal", value: new Secret(value) };
  if ("env" in value) return { kind: "env", name: value.env };
  if ("file" in value) return { kind: "file", path: resolve(folder, value.file) };
  return { kind: "command", argv: value.command, timeoutMs: value.timeoutMs };
}

function buildTls(tls: ServerDocument["tls"], folder: string): ServerConfig["tls"] {
  if (tls === undefined) return null;
  if (typeof tls === "string") return { mode: tls, rootCert: null };
  return { mode: tls.mode, rootCert: tls.rootCert === undefined ? null : resolve(folder, tls.rootCert) };
}
