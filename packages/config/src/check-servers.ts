import { nearest } from "@syncline/core";
import type { ConfigDocument, ServerDocument } from "./config-schema.ts";
import { parseConnectionUrl } from "./connection/parse-connection-url.ts";
import { checkRemoteServer, isRemote } from "./remote-servers.ts";
import type { SchemaIssue } from "./schema-issues.ts";

interface Findings {
  readonly problems: SchemaIssue[];
  readonly warnings: SchemaIssue[];
}

/** What a schema cannot say: names that must exist, parts that exclude each other, URLs that must parse. */
export function checkServers(document: ConfigDocument): Findings {
  const findings: Findings = { problems: [], warnings: [] };
  const names = Object.keys(document.servers);
  if (document.current !== undefined && !names.includes(document.current)) {
    findings.problems.push(problem(["current"], `there is no server "${document.current}" under servers`));
  }
  for (const [name, server] of Object.entries(document.servers)) checkServer(name, server, names, findings);
  addStrayEnvironments(document, findings);
  return findings;
}

/** An environment without rules is allowed; one that is only written otherwise would be without them. */
function addStrayEnvironments({ servers, environments }: ConfigDocument, findings: Findings): void {
  const defined = Object.keys(environments);
  for (const [name, { environment }] of Object.entries(servers)) {
    if (environment === undefined || defined.includes(environment)) continue;
    const same = defined.find((each) => folded(each) === folded(environment));
    const near = same ?? nearest(environment, defined);
    if (near === null) continue;
    const text = `the environment "${environment}" has no rules in this file; did you mean "${near}"?`;
    const found = same === undefined ? findings.warnings : findings.problems;
    found.push(problem(["servers", name, "environment"], text));
  }
}

const folded = (name: string) => name.normalize("NFKC").trim().toLowerCase();

function checkServer(
  name: string,
  server: ServerDocument,
  names: readonly string[],
  findings: Findings,
): void {
  const path = ["servers", name];
  if (isRemote(server)) {
    findings.problems.push(...checkRemoteServer(name, server));
    return;
  }
  const parts = (["host", "port", "database", "user", "password"] as const).filter(
    (part) => server[part] !== undefined,
  );
  if (server.url === undefined && server.host === undefined)
    findings.problems.push(problem(path, "expected a url or a host"));
  if (server.url !== undefined) {
    for (const part of parts.filter((candidate) => candidate !== "password")) {
      findings.problems.push(
        problem([...path, part], "the url already says this; give either the url or the parts"),
      );
    }
  }
  if (server.replicaOf !== undefined && (server.replicaOf === name || !names.includes(server.replicaOf))) {
    findings.problems.push(
      problem([...path, "replicaOf"], "expected the name of another server of this file"),
    );
  }
  if (typeof server.url === "string") checkUrl([...path, "url"], server.url, findings);
}

function checkUrl(path: readonly string[], url: string, findings: Findings): void {
  const parsed = parseConnectionUrl(url);
  if (!parsed.ok) findings.problems.push(problem(path, `the connection URL is not valid: ${parsed.problem}`));
  else if (parsed.url.password !== null) {
    findings.warnings.push(
      problem(
        path,
        "the URL holds a password; refer to it with {env: …}, {file: …} or {command: […]} instead",
      ),
    );
  }
}

function problem(path: readonly string[], text: string): SchemaIssue {
  return { path, key: null, problem: text };
}
