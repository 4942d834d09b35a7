import { describe, expect, it } from "vitest";
import { assertFlow, type FlowEnd } from "./flows.ts";
import { parseConfig } from "./parse-config.ts";

const FILE = (flows: string) => `version: 1
servers:
  prod:
    url: postgres://app@10.0.0.1/app
    environment: production
  replica:
    url: postgres://app@10.0.0.2/app
    replicaOf: prod
  alias:
    url: postgres://other@10.0.0.1:5432/app
    environment: test
  stage:
    url: postgres://app@10.0.0.3/app
    environment: staging
  secret:
    host: {env: SECRET_HOST}
    environment: vault
  office:
    url: https://office.example.org
    apiKey: {env: OFFICE_KEY}
    environment: branch
flows:
${flows}`;

const end = (host: string, server: string | null = null): FlowEnd => ({
  label: server ?? host,
  server,
  place: { host, port: 5432, database: "app" },
});
const PROD = end("10.0.0.1", "prod");
const STAGE = end("10.0.0.3", "stage");
const OFFICE: FlowEnd = { label: "office", server: "office", place: null };
const FILES: FlowEnd = { label: "folder", server: null, place: null };
const hosts = { addressesOf: async () => [], ownNames: () => [] };

async function ask(flows: string, source: FlowEnd, target: FlowEnd, masked = false): Promise<string> {
  const { config } = parseConfig(FILE(flows), "/tmp/syncline.yaml");
  return assertFlow(config, { source, target, masked }, { env: {}, hosts }).then(
    () => "allowed",
    (error: { code: string }) => error.code,
  );
}

const TO_STAGE = "  allow: [{from: production, to: staging}]";

describe("flows", () => {
  it.each<[what: string, flows: string, source: FlowEnd, target: FlowEnd, masked: boolean, expected: string]>(
    [
      ["a target that no flow names takes anything", TO_STAGE, STAGE, end("10.0.0.9"), false, "allowed"],
      [
        "a named flow",
        "  allow: [{from: stage, to: prod}, {from: stage, to: test}]",
        STAGE,
        PROD,
        false,
        "allowed",
      ],
      ["another source of a named target", TO_STAGE, end("10.0.0.9"), STAGE, false, "flow.refused"],
      ["the target by its URL", TO_STAGE, end("10.0.0.9"), end("10.0.0.3"), false, "flow.refused"],
      ["files are a source of their own", TO_STAGE, FILES, STAGE, false, "flow.refused"],
      ["another Syncline server is no file", TO_STAGE, OFFICE, STAGE, false, "flow.refused"],
      ["another server by its name", "  allow: [{from: office, to: stage}]", OFFICE, STAGE, false, "allowed"],
      ["and by its label", "  allow: [{from: branch, to: stage}]", OFFICE, STAGE, false, "allowed"],
      ["files that are allowed", "  allow: [{from: files, to: stage}]", FILES, STAGE, false, "allowed"],
      [
        "a second name of the source does not open it",
        "  allow: [{from: test, to: stage}]",
        PROD,
        STAGE,
        false,
        "flow.refused",
      ],
      [
        "every name of the place is allowed",
        "  allow: [{from: test, to: stage}, {from: prod, to: stage}]",
        PROD,
        STAGE,
        false,
        "allowed",
      ],
      [
        "a replica holds its primary's rows",
        "  allow: [{from: replica, to: stage}]",
        end("10.0.0.2"),
        STAGE,
        false,
        "flow.refused",
      ],
      ["nothing but what is allowed", "  default: deny", PROD, end("10.0.0.9"), false, "flow.refused"],
      [
        "only with masks",
        "  allow: [{from: '*', to: stage, masked: true}]",
        PROD,
        STAGE,
        false,
        "flow.refused",
      ],
      ["with masks", "  allow: [{from: '*', to: stage, masked: true}]", PROD, STAGE, true, "allowed"],
      [
        "a ruled server that cannot be resolved",
        "  allow: [{from: prod, to: vault}]",
        STAGE,
        end("10.0.0.9"),
        false,
        "flow.refused",
      ],
    ],
  )("%s", async (_what, flows, source, target, masked, expected) => {
    expect(await ask(flows, source, target, masked)).toBe(expected);
  });
});
