import { parseConfig } from "@syncline/config";
import { jobSchema } from "@syncline/jobs";
import { expect, it } from "vitest";
import { placesOfRun } from "./run-places.ts";

const places = async (target: string, more: Record<string, unknown> = {}) => {
  const { config } = parseConfig(
    JSON.stringify({
      version: 1,
      current: "one",
      servers: {
        one: { url: "postgres://a@localhost:5433/app" },
        caps: { url: "postgres://b@LocalHost:5433/app" },
        other: { url: "postgres://b@127.0.0.1:5433/app" },
        many: { url: "postgres://a@db:5432/main", tenancy: { kind: "database" } },
        gone: { url: { env: "NOT_SET" } },
      },
    }),
    "/x/syncline.yaml",
  );
  const job = jobSchema.parse({ name: "j", kind: "copy", source: "one:a:*", target, ...more });
  return placesOfRun(job, { config, server: null, environment: {} });
};

it("two names and a URL of one database are one target", async () => {
  const wanted = { targetKeys: ["127.0.0.1:5433/app"] };
  const urls = ["localhost:5433/app", "LOCALHOST:5433/app", "127.0.0.1:5433/%61pp", "[::1]:5433/app"];
  const names = ["one:x:*", "other:y:*", "x:*", "caps:x:*", "postgres://app:secret@localhost:5433"];
  for (const target of [...names, ...urls.map((url) => `postgres://c:secret@${url}`)])
    expect(await places(target), target).toMatchObject(wanted);
});

it("with a database for each tenant each is a target of its own", async () => {
  expect(await places("many:acme:*")).toEqual({ targetKeys: ["db:5432/acme"], serverKeys: ["many", "one"] });
});

it("a server whose address is not to be had goes by its name; a dry run has no target", async () => {
  expect(await places("gone:x:*")).toMatchObject({ targetKeys: ["gone"] });
  expect(await places("one:x:*", { dryRun: true })).toMatchObject({ targetKeys: [] });
});
