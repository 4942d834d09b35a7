import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseConfig } from "@syncline/config";
import type { ControlPlane } from "@syncline/control-plane";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { openBeside } from "./other-organization.ts";
import { makePerson, type TestPerson } from "./people.ts";
import { type Answer, startTestService, type TestService } from "./start-test-service.ts";

/** Null: the first administrator's key, which stands for no person. */
export type By = Pick<TestPerson, "key"> | null;

/** The place whose environment asks for an approval. */
export const PROD = "prod:public:users";
export const BEFORE = ["1 one", "2 two", "4 four"];
export const AFTER = ["1 one", "2 zwei", "3 three"];
export const WRITTEN = { state: "succeeded", code: null };

const TABLES = `DROP SCHEMA IF EXISTS syncline CASCADE; DROP TABLE IF EXISTS users, other;
  CREATE TABLE users (id int PRIMARY KEY, name text); CREATE TABLE other (id int PRIMARY KEY);`;

/** A server, a source and a target, and people: ann works, ben reviews, cem administers. */
export class ReviewWorld {
  readonly server: TestService;
  readonly cp: ControlPlane;
  readonly source: TestDatabase;
  readonly target: TestDatabase;
  readonly ann: TestPerson;
  readonly ben: TestPerson;
  readonly cem: TestPerson;

  private constructor(
    parts: Pick<ReviewWorld, "server" | "cp" | "source" | "target" | "ann" | "ben" | "cem">,
  ) {
    ({
      server: this.server,
      cp: this.cp,
      source: this.source,
      target: this.target,
      ann: this.ann,
      ben: this.ben,
      cem: this.cem,
    } = parts);
  }

  static async open(label: string): Promise<ReviewWorld> {
    const source = await createTestDatabase(`${label}_source`);
    const target = await createTestDatabase(`${label}_target`);
    const server = await startTestService({ label, config: () => configOf(source.url, target.url) });
    const key = readFileSync(join(server.folder, "state", "master.key"), "utf8");
    const cp = await openBeside(server.database.url, key);
    const person = (role: "operator" | "reviewer" | "admin", name: string) =>
      makePerson(cp, { url: server.url, role, email: `${name}@example.test` });
    const ann = await person("operator", "ann");
    const ben = await person("reviewer", "ben");
    return new ReviewWorld({ server, cp, source, target, ann, ben, cem: await person("admin", "cem") });
  }

  async close(): Promise<void> {
    await this.cp.close();
    await this.server.stop();
    await this.source.drop();
    await this.target.drop();
  }

  /** Rows as every test finds them. */
  async fill(): Promise<void> {
    await this.source.query(`${TABLES} INSERT INTO users VALUES (1, 'one'), (2, 'zwei'), (3, 'three')`);
    await this.target.query(`${TABLES} INSERT INTO users VALUES (1, 'one'), (2, 'two'), (4, 'four')`);
  }

  ask(by: By, method: string, path: string, body?: unknown): Promise<Answer> {
    const key = by === null ? this.server.key : by.key;
    return this.server.ask(method, `/api/v1${path}`, { key, ...(body === undefined ? {} : { body }) });
  }

  async users(): Promise<string[]> {
    const text = "SELECT id || ' ' || name AS row FROM users ORDER BY id";
    return (await this.target.query<{ row: string }>(text)).map(({ row }) => row);
  }

  /** Of what makes the target like the source. */
  async makePatch(by: By = this.ann): Promise<string> {
    const places = { source: "stage:public:users", target: PROD };
    const { json, text } = await this.ask(by, "POST", "/diff?wait=30", places);
    if (typeof json.summary?.patchId !== "string") throw new Error(`no patch: ${text}`);
    return json.summary.patchId;
  }

  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of it
  async open(definition: unknown, by: By = this.ann): Promise<any> {
    const { status, json, text } = await this.ask(by, "POST", "/reviews", { title: "Release", definition });
    if (status !== 201) throw new Error(`no review: ${text}`);
    return json;
  }

  async look(id: string) {
    return (await this.ask(null, "GET", `/reviews/${id}`)).json;
  }

  decide(
    by: By,
    review: { readonly id: string; readonly content: string; readonly fingerprint: string },
    how: "approve" | "refuse" = "approve",
    more: object = {},
  ): Promise<Answer> {
    const { id, content, fingerprint } = review;
    const reason = how === "refuse" ? "no" : "";
    return this.ask(by, "POST", `/reviews/${id}/${how}`, { content, fingerprint, reason, ...more });
  }

  async apply(patch: string, more: object = {}, by: By = this.ann) {
    return ended(await this.ask(by, "POST", "/apply?wait=30", { patch, target: PROD, ...more }));
  }
}

export const applyOf = (patch: string, more: object = {}) => ({
  name: "apply",
  kind: "apply",
  patch,
  target: PROD,
  ...more,
});

/** What a run ended with, or the error of a request that made none. */
export const ended = ({ json }: Answer): { readonly state: unknown; readonly code: unknown } => ({
  state: json.state,
  code: json.error?.code ?? json.code ?? null,
});

/** `alias` leads to the same place as `prod` without saying so; `guarded` has no environment. */
function configOf(source: string, target: string) {
  return parseConfig(
    `version: 1
servers:
  stage: {url: "${source}", protection: open}
  prod: {url: "${target}", environment: production, protection: open}
  alias: {url: "${target.replace("localhost", "127.0.0.1")}", protection: open}
  guarded: {url: "${source}", protection: protected}
alerts: {allowAddresses: ["127.0.0.0/8", "::1/128"]}
environments:
  production: {approvals: 1}
`,
    "/syncline.yaml",
  ).config;
}
