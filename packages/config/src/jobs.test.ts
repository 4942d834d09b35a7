import { CodedError } from "@syncline/core";
import { describe, expect, it } from "vitest";
import { parseConfig } from "./parse-config.ts";

const HEAD = `version: 1
servers:
  shop: {url: postgres://u@localhost/shop}
  office: {url: "https://office.example.com/", apiKey: {env: OFFICE_KEY}}
masks: {plain: {tables: {users: {email: redact}}}}
`;

function parse(text: string) {
  return parseConfig(HEAD + text, "/repo/f.yaml").config;
}

function problems(text: string): string[] {
  try {
    parse(text);
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== "config.invalid") throw error;
    return error.message
      .replace(/^\d+ problems in .*\n/, "")
      .split("\n")
      .map((line) => line.replace(/^\S+ /, ""));
  }
  return [];
}

const job = (rest: string) => `jobs: [{name: nightly, ${rest}}]`;
const copy = (rest: string) => job(`kind: copy, source: "shop:public:*", target: "shop:spare:*", ${rest}`);

it("reads jobs with their defaults", () => {
  const { jobs } = parse(copy('mask: plain, schedule: {cron: "0 3 * * *", timeZone: Europe/Berlin}'));
  expect(jobs).toEqual([
    expect.objectContaining({
      name: "nightly",
      kind: "copy",
      enabled: true,
      strategy: "replace",
      slices: "auto",
      dryRun: false,
      lockTimeout: "10s",
      retry: { attempts: 5, first: "5s", factor: 2, longest: "10m" },
      schedule: { cron: "0 3 * * *", timeZone: "Europe/Berlin", missed: "once" },
    }),
  ]);
});

it("tells other Syncline servers from databases", () => {
  const { servers, remotes } = parse("");
  expect([...servers.keys()]).toEqual(["shop"]);
  expect(remotes.get("office")).toMatchObject({
    name: "office",
    apiKey: { kind: "env", name: "OFFICE_KEY" },
    environment: null,
  });
});

describe("wrong jobs", () => {
  const cases: readonly (readonly [string, string])[] = [
    [job('kind: dif, source: "a:b", target: "a:c"'), "jobs[0].kind: expected one of the kinds diff, watch,"],
    [job('kind: copy, source: "shop:public:*"'), "jobs[0].target: missing: expected a text"],
    [copy("stratgy: merge"), 'jobs[0].stratgy: unknown key "stratgy"; did you mean "strategy"?'],
    [copy("strategy: interactive"), "jobs[0].strategy: expected replace, merge,"],
    [copy('schedule: {cron: "0 0 31 2 *"}'), "jobs[0].schedule: no date ever fits this cron expression"],
    [copy('schedule: {cron: "0 0 0 1 1 *"}'), "jobs[0].schedule: expected five fields of cron"],
    [
      copy('schedule: {cron: "0 0 * * *", timeZone: Mars/Base}'),
      'jobs[0].schedule: there is no time zone "Mars/Base"',
    ],
    [copy("schedule: {every: 5s}"), "jobs[0].schedule: expected an interval of at least 1m, found 5s"],
    [copy("schedule: daily"), "jobs[0].schedule: expected {cron:"],
    [copy("schedule: {listen: {server: shp, channel: c}}"), 'jobs[0].schedule: there is no server "shp"'],
    [copy("mask: plian"), 'jobs[0].mask: there is no "plian" under masks; did you mean "plain"?'],
    [copy("dataset: users"), 'jobs[0].dataset: there is no "users" under datasets'],
    [copy("filter: {status: open}"), "jobs[0].filter: The filter is not valid at status: unknown key"],
    [copy("retry: {attempts: 0}"), "jobs[0].retry.attempts: expected at least 1"],
    [
      job('kind: diff, source: "shp:public:*", target: users'),
      'jobs[0].source: there is no server "shp" under servers',
    ],
    [
      job('kind: undo, ledgerId: x, target: "a:b"').replace("nightly", '"Nightly run"'),
      "jobs[0].name: expected a name of",
    ],
    ["limits: {memory: lots}", 'limits.memory: expected a size like 500MB or 20GB, found "lots"'],
    [
      "alerts: {webhooks: [{name: x, url: 'https://h', secret: abc}]}",
      "alerts.webhooks[0].secret: expected a reference",
    ],
  ];
  for (const [text, expected] of cases) it(text, () => expect(problems(text)[0]).toContain(expected));

  it("two of one name", () => {
    const one = '{name: a, kind: undo, ledgerId: x, target: "shop:b:*"}';
    expect(problems(`jobs: [${one}, ${one}]`)).toEqual(['jobs[1].name: there are two jobs "a"']);
  });
});

describe("wrong remote servers", () => {
  const server = (rest: string): string => {
    try {
      parseConfig(`version: 1\nservers: {far: {${rest}}}`, "/f.yaml");
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };
  const cases: readonly (readonly [string, string])[] = [
    ['url: "https://h"', "needs an apiKey"],
    ['url: "http://h.example.com", apiKey: {env: K}', "expected https://"],
    ['url: "https://u:p@h", apiKey: {env: K}', "holds credentials"],
    ['url: "https://h?x=1", apiKey: {env: K}', "a query or a fragment"],
    ['url: "https://h", apiKey: {env: K}, database: x', "belongs to a PostgreSQL server"],
    ["apiKey: {env: K}", "an apiKey needs a url"],
    ['url: "https://h", apiKey: plain', "servers.far.apiKey"],
  ];
  for (const [text, expected] of cases) it(text, () => expect(server(text)).toContain(expected));
  it("http is for this machine only", () =>
    expect(server('url: "http://127.0.0.1:8270", apiKey: {env: K}')).toBe(""));
});
