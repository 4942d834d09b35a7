import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolvePlace } from "./place.ts";
import { openWorkspace, type Workspace } from "./workspace.ts";

const CONFIG = `version: 1
current: shop
servers:
  shop:
    url: postgres://app@127.0.0.1:5440/shop
  many:
    url: postgres://app@127.0.0.1:5441/postgres
    tenancy: { kind: database }
  shared:
    url: postgres://app@127.0.0.1:5442/saas
    tenancy: { kind: column, column: tenant_id, schema: core }
    protection: readonly
  standby:
    url: postgres://app@127.0.0.1:5443/shop
    replicaOf: shop
  far:
    url: postgres://app:s3cret@192.0.2.1:5432/shop
`;

let folder: string;
let workspace: Workspace;
const signal = new AbortController().signal;
const resolve = (text: string) => resolvePlace(workspace, text, signal);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "syncline-place-"));
  await writeFile(join(folder, "syncline.yaml"), CONFIG);
  const environment = { HOME: folder };
  workspace = await openWorkspace({ configFile: null, server: null, environment, folder, warn: () => {} });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("resolvePlace", () => {
  it("takes a tenant as a schema, on the current server", async () => {
    expect(await resolve("billing:invoices")).toMatchObject({
      label: "shop:billing:invoices",
      server: "shop",
      scope: { schema: "billing", tenantColumn: null, connection: { port: 5440, database: "shop" } },
      protection: "open",
    });
  });

  it("takes a tenant as a database", async () => {
    expect(await resolve("many:acme:users")).toMatchObject({
      label: "many:acme:users",
      scope: { schema: "public", tenantColumn: null, connection: { port: 5441, database: "acme" } },
    });
  });

  it("takes a tenant as a value of the tenant column", async () => {
    expect(await resolve("shared:acme:*")).toMatchObject({
      label: "shared:acme:*",
      scope: {
        schema: "core",
        tenantColumn: { name: "tenant_id", value: "acme" },
        connection: { database: "saas" },
      },
      protection: "readonly",
      confirmationName: "shared",
    });
  });

  it("takes a URL, finds the protection of where it leads, and never prints its password", async () => {
    const place = await resolve("postgres://app:s3cret@127.0.0.1:5442/saas#core:users");
    expect(place).toMatchObject({
      server: null,
      protection: "readonly",
      confirmationName: "shared",
      scope: { schema: "core" },
    });
    expect(place.label).toBe("postgres://app@127.0.0.1:5442/saas#core:users");
    expect(JSON.stringify(place)).not.toContain("s3cret");
  });

  it("protects what is not this machine", async () => {
    expect(await resolve("far:public:users")).toMatchObject({
      protection: "protected",
      confirmationName: "far",
    });
  });

  it("knows the primary of a standby", async () => {
    expect((await resolve("standby:public:users")).replicaOf).toMatchObject({
      connection: { port: 5440, database: "shop" },
      schema: "public",
    });
  });

  it.each(["./backup/users", "snapshot:nightly"])("takes no %s where rows are written", async (text) => {
    await expect(resolve(text)).rejects.toMatchObject({
      code: "usage.invalid",
      message: expect.stringContaining("this version") as string,
    });
  });

  it("refuses a server that is not there", async () => {
    await expect(resolve("shp:public:users")).rejects.toMatchObject({ code: "server.not_found" });
  });
});
