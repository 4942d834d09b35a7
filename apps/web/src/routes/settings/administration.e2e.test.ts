import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { graveFindings } from "../../testing/axe.ts";
import { CHROMIUM_PATH } from "../../testing/browser.ts";
import { DashboardWorld } from "../../testing/dashboard-world.ts";
import { PASSWORD } from "../../testing/people.ts";

const CANARY = "c4n4ry:/@pw";
const SOON = { timeout: 10_000 };

/** Skipped, and shown as such, where no Chromium is installed. */
describe.skipIf(CHROMIUM_PATH === null)("what administrators do, in Chromium", () => {
  let world: DashboardWorld<"vera" | "otto">;
  let receiver: Server;
  const received: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];

  beforeAll(async () => {
    receiver = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += String(chunk);
      received.push({ headers: request.headers, body });
      response.writeHead(204).end();
    }).listen(0, "127.0.0.1");
    await once(receiver, "listening");
    world = await DashboardWorld.open({
      label: "administration",
      databases: {
        shop: `CREATE TABLE users (id int PRIMARY KEY, name text); INSERT INTO users VALUES (1, 'Ada');
          CREATE TABLE loose (a int UNIQUE DEFERRABLE); ANALYZE`,
      },
      config: ({ shop }) =>
        `version: 1\nservers:\n  main: {url: "${shop}", environment: prod, protection: open}\nalerts: {allowAddresses: ["127.0.0.0/8"]}\n`,
      people: { vera: "viewer", otto: "operator" },
    });
  }, 120_000);
  afterAll(async () => {
    receiver?.close();
    await world?.close();
  });
  afterEach(() => world.assertQuiet());

  const control = (statement: string) => world.databases["control"]?.query(statement) ?? [];
  const box = (page: Page, name: string | RegExp) => page.getByRole("textbox", { name });
  const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name, exact: true });

  it("adds a server: a wrong port is explained, the right one answers, its URL is sealed and never seen again", async () => {
    const shop = new URL(world.databases["shop"]?.url ?? "");
    const page = await world.openAs("ada", "/servers?add=true");
    await button(page, "Add the server").click();
    await page.getByText("Give it a name.").waitFor();
    await box(page, "Name").fill("Fresh");
    await page.getByText("Lower-case letters").waitFor();
    await box(page, "Name").fill("fresh");
    await box(page, "Host").fill(shop.hostname);
    await box(page, "Port").fill("1");
    await box(page, "Database").fill(decodeURIComponent(shop.pathname.slice(1)));
    await box(page, "User").fill(decodeURIComponent(shop.username));
    await page.getByLabel("Password", { exact: true }).fill(CANARY);
    await button(page, "Test the connection").click();
    await page.getByText("It does not connect").waitFor();
    await page.getByText("PostgreSQL listens on 5432").waitFor();
    await box(page, "Port").fill(shop.port);
    await expect.poll(() => page.getByText("It does not connect").count(), SOON).toBe(0);
    await button(page, "Test the connection").click();
    await page.getByText(/^PostgreSQL \d.* answers$/).waitFor();
    await button(page, "Add the server").click();
    await page.getByRole("heading", { level: 1, name: "fresh" }).waitFor();
    const [row] = await control(
      "SELECT s::text AS all, shown FROM syncline_control.servers s WHERE name = 'fresh'",
    );
    expect(row).toMatchObject({ shown: `${shop.hostname}:${shop.port}${shop.pathname}` });
    expect(row?.["all"]).not.toContain("c4n4ry");
    expect(await page.content()).not.toContain("c4n4ry");
    await page.getByRole("combobox", { name: /Tenant/ }).click();
    await page.getByRole("option", { name: "public" }).click();
    await page
      .getByRole("cell", { name: /no usable key: no primary key, and the unique index "loose_a_key"/ })
      .waitFor();
    await button(page, "users").click();
    await page.getByRole("dialog").getByRole("cell", { name: "integer" }).waitFor();
    await page.keyboard.press("Escape");
    expect(new URL(page.url()).searchParams.get("tenant")).toBe("public");
    expect(await graveFindings(page)).toEqual([]);
    await button(page, "Change").click();
    expect(await page.getByLabel("Password", { exact: true }).count()).toBe(0);
    await page.getByRole("combobox", { name: "Protection" }).click();
    await page.getByRole("option", { name: /^Read-only/ }).click();
    await button(page, "Save").click();
    await expect
      .poll(() => control("SELECT protection FROM syncline_control.servers WHERE name = 'fresh'"), SOON)
      .toEqual([{ protection: "readonly" }]);
    await button(page, "Remove").click();
    const remove = button(page, "Remove fresh");
    expect(await remove.isEnabled()).toBe(false);
    await page.getByRole("dialog").getByRole("textbox").fill("fresh");
    await remove.click();
    await page.getByRole("heading", { level: 1, name: "Servers" }).waitFor();
    expect(await control("SELECT name FROM syncline_control.servers")).toEqual([]);
  });

  it("freezes an environment by keyboard: writes are refused with the reason until it is thawed", async () => {
    const page = await world.openAs("ada", "/servers?tab=environments");
    await button(page, "Freeze prod").focus();
    await page.keyboard.press("Enter");
    const reason = page.getByRole("textbox", { name: "Reason" });
    await expect.poll(() => reason.evaluate((field) => field === document.activeElement), SOON).toBe(true);
    await page.keyboard.type("stock-taking");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("cell", { name: /frozen stock-taking/ }).waitFor();
    const write = () =>
      world.ask("otto", "POST", "/apply/batch", {
        target: "main:public:users",
        operations: [{ op: "update", table: "users", key: { id: "1" }, new: { name: "Bob" } }],
      });
    const name = async () => (await world.databases["shop"]?.query("SELECT name FROM users"))?.[0]?.["name"];
    await expect(write()).rejects.toThrow(/target.frozen.*stock-taking/);
    expect(await name()).toBe("Ada");
    await button(page, "Thaw prod").click();
    await button(page, "Let writes go on").click();
    await page.getByRole("cell", { name: "allowed" }).first().waitFor();
    await write();
    expect(await name()).toBe("Bob");
  });

  it("invites somebody, who signs in by the link and sees what the role gives", async () => {
    const page = await world.openAs("ada", "/people");
    await button(page, "Invite somebody").click();
    await box(page, "E-mail").fill("nina@example.test");
    await button(page, "Make the link").click();
    const shown = page.getByRole("textbox", { name: "link" });
    const link = await shown.inputValue();
    expect(link).toContain("/accept#");
    await button(page, "I have copied it").click();
    await page.getByRole("tab", { name: "Links" }).click();
    await page.getByRole("cell", { name: "nina@example.test" }).waitFor();
    expect(await page.content()).not.toContain(new URL(link).hash.slice(1));
    const theirs = await world.openAs(null, new URL(link).pathname + new URL(link).hash);
    await theirs.getByLabel("Name").fill("Nina");
    await theirs.locator('input[type="password"]').fill(PASSWORD);
    await theirs.keyboard.press("Enter");
    await theirs.getByRole("link", { name: "Open the dashboard" }).click();
    await theirs.getByRole("button", { name: "Account of Nina" }).waitFor();
    await theirs.getByRole("link", { name: "Servers", exact: true }).click();
    await theirs.getByRole("link", { name: "main", exact: true }).click();
    await theirs.getByText("Your roles do not let you connect to it, so").waitFor();
    expect(await button(theirs, "Test the connection").isEnabled()).toBe(false);
    for (const absent of ["Audit", "People and keys"])
      expect(await theirs.getByRole("link", { name: absent, exact: true }).count()).toBe(0);
    const { csrf } = await (await theirs.request.get(`${world.server.url}/api/v1/me`)).json();
    const denied = await theirs.request.post(`${world.server.url}/api/v1/servers`, {
      headers: { "X-Syncline-CSRF": csrf, Origin: world.server.url },
      data: { name: "mine", url: "postgres://u@8.8.8.8/x" },
    });
    expect(denied.status()).toBe(403);
    await page.getByRole("tab", { name: "People" }).click();
    await page.getByRole("link", { name: "Nina" }).click();
    world.complaints.expect(/401/);
    await button(page, "Deactivate").click();
    await page.getByRole("dialog").getByRole("button", { name: "Deactivate" }).click();
    await page.getByText("deactivated", { exact: true }).waitFor();
    expect((await theirs.request.get(`${world.server.url}/api/v1/me`)).status()).toBe(401);
  });

  it("makes a key, rotates it with both live, and revokes it at once", async () => {
    const page = await world.openAs("ada", "/people?tab=keys");
    await button(page, "Make an API key").first().click();
    await box(page, "Name").fill("nightly");
    await page.getByRole("checkbox", { name: "jobs:read" }).check();
    await page.getByRole("checkbox", { name: "runs:read" }).check();
    await button(page, "Make the key").click();
    const shown = page.getByRole("textbox", { name: "key" });
    const first = await shown.inputValue();
    await button(page, "I have copied it").click();
    const asked = async (key: string, path: string) =>
      (await fetch(`${world.server.url}/api/v1${path}`, { headers: { Authorization: `Bearer ${key}` } }))
        .status;
    expect([await asked(first, "/jobs"), await asked(first, "/patches")]).toEqual([200, 403]);
    const row = page.getByRole("row", { name: /nightly/ });
    await row.getByRole("button", { name: "Rotate" }).click();
    await button(page, "Make the new key").click();
    const second = await shown.inputValue();
    await button(page, "I have copied it").click();
    expect([await asked(first, "/jobs"), await asked(second, "/jobs")]).toEqual([200, 200]);
    await expect.poll(() => row.count(), SOON).toBe(2);
    const [, id = ""] = first.split("_");
    await page
      .getByRole("row", { name: new RegExp(id) })
      .getByRole("button", { name: "Revoke" })
      .click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await expect.poll(() => row.count(), SOON).toBe(1);
    expect([await asked(first, "/jobs"), await asked(second, "/jobs")]).toEqual([401, 200]);
    const [stored] = await control(`SELECT string_agg(k::text, '') AS all FROM syncline_control.api_keys k`);
    for (const key of [first, second])
      expect(stored?.["all"]).not.toContain(key.split("_").slice(2).join("_"));
    expect(await graveFindings(page)).toEqual([]);
  });

  it("sends a test message, and shows that it arrived", async () => {
    const { port } = receiver.address() as AddressInfo;
    const page = await world.openAs("ada", "/settings?tab=webhooks");
    await button(page, "Add a webhook").first().click();
    await box(page, "Name").fill("on call");
    await box(page, "Address").fill(`http://127.0.0.1:${port}/in?token=c4n4ry`);
    await button(page, "Add the webhook").click();
    expect(await page.getByRole("textbox", { name: "secret" }).inputValue()).toMatch(/^whsec_/);
    await button(page, "I have copied it").click();
    await page.getByRole("row", { name: /on call/ }).waitFor();
    expect(await page.content()).not.toContain("c4n4ry");
    await button(page, "Send a test").click();
    await page.getByRole("row", { name: /test delivered 204 1/ }).waitFor();
    expect(received[0]?.headers["webhook-signature"]).toMatch(/^v1,/);
    expect(JSON.parse(received[0]?.body ?? "")).toMatchObject({ type: "test" });
  });

  it("a wrong password of now is said at the form, and a right one changes it", async () => {
    const page = await world.openAs("otto", "/account");
    const field = (name: string) => page.getByLabel(name, { exact: true });
    world.complaints.expect(/401/);
    await field("Your password now").fill("not the password");
    await field("The new one").fill("another long way home");
    await field("The new one again").fill("another long way home");
    await button(page, "Change the password").click();
    await page.getByText("The current password is wrong.").waitFor();
    expect(await page.getByRole("dialog").count()).toBe(0);
    await field("Your password now").fill(PASSWORD);
    await button(page, "Change the password").click();
    await page.getByText("Your password was changed.").waitFor();
  });

  it("keeps what was typed when the session ends meanwhile, and goes on after the sign-in", async () => {
    const page = await world.openAs("ada", "/account");
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("Ada Lovelace");
    const { items } = await (await page.request.get(`${world.server.url}/api/v1/me/sessions`)).json();
    const own = items.find(({ current }: { readonly current: boolean }) => current).id;
    await world.ask("ada", "DELETE", `/me/sessions/${own}`);
    world.complaints.expect(/401/);
    await button(page, "Save").click();
    const dialog = page.getByRole("dialog", { name: "Your session has ended" });
    await dialog.locator("input[type=password]").fill(PASSWORD);
    await dialog.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByText("Your name was changed.").waitFor();
    await expect
      .poll(
        () => control(`SELECT name FROM syncline_control.users WHERE id = '${world.people.ada.userId}'`),
        SOON,
      )
      .toEqual([{ name: "Ada Lovelace" }]);
  });

  it("finds entries of the log by filters in the URL, and shows the place where it was tampered with", async () => {
    const page = await world.openAs("ada", "/audit?action=environment.*");
    await page.getByRole("row", { name: /environment\.thaw/ }).waitFor();
    expect(await page.getByRole("row", { name: /session\.start/ }).count()).toBe(0);
    await button(page, "environment.freeze").click();
    await page.getByRole("dialog").getByText("stock-taking").waitFor();
    await page.reload();
    await page.getByRole("dialog").getByText("stock-taking").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("tab", { name: "Verify" }).click();
    await button(page, "Verify the log").click();
    await page.getByText("The log is as it was written").waitFor();
    const [entry] = await control(
      "SELECT seq FROM syncline_control.audit_entries WHERE action = 'environment.freeze'",
    );
    await control(`BEGIN; SET LOCAL session_replication_role = replica;
      UPDATE syncline_control.audit_entries SET detail = '{"name": "prod"}' WHERE seq = ${entry?.["seq"]}; COMMIT`);
    await button(page, "Verify the log").click();
    await page.getByText(`Entry ${entry?.["seq"]} was changed after it was written`).waitFor();
    expect(await graveFindings(page)).toEqual([]);
  });
});
