import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { EmbeddedPostgres } from "@syncline/runtime/embedded-postgres";
import { done, failed, say, title } from "./narrate.ts";
import { servedConfig } from "./served/config.ts";
import { CONTROL, createMillion, createServedDatabases } from "./served/databases.ts";
import { fillConflicts } from "./served/fill-conflicts.ts";
import { fillOrganization } from "./served/fill-organization.ts";
import { fillReviews } from "./served/fill-reviews.ts";
import { driftOf, fillHistory, fillRuns } from "./served/fill-runs.ts";
import { fillWebhooks } from "./served/fill-webhooks.ts";
import { createPeople, type DemoPeople } from "./served/people.ts";
import { type ServerChild, startServerChild } from "./served/server-child.ts";
import { startWebhookReceiver } from "./served/webhook-receiver.ts";
import { DemoWorld } from "./served/world.ts";

const BUILD_DASHBOARD = fileURLToPath(new URL("../../../apps/web/build/main.ts", import.meta.url));
const TRAFFIC_MS = 45_000;
const MILLION = 1_000_000;

export interface Serve {
  readonly postgres: EmbeddedPostgres;
  readonly folder: string;
  /** A table of 1,000,000 rows that all differ, too. */
  readonly million: boolean;
  readonly interrupted: Promise<unknown>;
}

/** Serves the dashboard over filled databases until it is interrupted. Returns the server's exit code. */
export async function serve({ postgres, folder, million, interrupted }: Serve): Promise<number> {
  const startedAt = performance.now();
  const url = (database: string) => postgres.url(database);
  const [dashboard] = await Promise.all([buildDashboard(), createServedDatabases(url)]);
  done("Two shops with 304,000 rows each, a ledger, two offices and a table of tenants are filled.");
  writeFileSync(join(folder, "syncline.yaml"), servedConfig({ url, million }));
  chmodSync(folder, 0o755); // its embedded database may run as another user
  mkdirSync(join(folder, "state"));
  const server = await startServerChild({
    folder,
    port: process.env["PORT"] ?? "8270",
    databaseUrl: url(CONTROL),
    stateFolder: join(folder, "state"),
    dashboard,
  });
  void interrupted.then(() => server.stop());
  const receiver = await startWebhookReceiver();
  let traffic: NodeJS.Timeout | undefined;
  try {
    const people = await createPeople(server.url, server.setup);
    welcome({ server, people, seconds: (performance.now() - startedAt) / 1000 });
    const world = new DemoWorld({ people, receiver: receiver.url, databaseUrl: url });
    const filled = fill(world, { million }).then(() => {
      traffic = startTraffic(world);
    });
    await Promise.race([filled, server.ended]);
    return await server.ended;
  } finally {
    clearInterval(traffic);
    receiver.close();
    server.stop();
    await server.ended;
  }
}

async function buildDashboard(): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [BUILD_DASHBOARD], {
    env: { ...process.env, NODE_ENV: "production" },
  });
  return stdout.trim();
}

interface Welcome {
  readonly server: ServerChild;
  readonly people: DemoPeople;
  readonly seconds: number;
}

function welcome({ server, people, seconds }: Welcome): void {
  done(`Syncline listens on ${server.url} (ready after ${seconds.toFixed(1)} s)`);
  say();
  title(`  Open ${server.url} and sign in as one of them:`);
  say();
  const about = {
    admin: "administrates",
    operator: "works, and asks for reviews",
    reviewer: "reviews",
    viewer: "looks",
  };
  for (const { email, password, role } of Object.values(people))
    say(`    ${email.padEnd(20)}  ${password}  ${about[role as keyof typeof about]}`);
  say();
  say(`  For programs, an administrator's key: ${server.key}`);
  say("  Passwords and key are made anew at each start; nothing but this machine can reach the address.");
  say("  Press Ctrl-C here to stop everything and remove it.");
  say();
  say("Meanwhile the pages fill with what a team does in a while:");
}

/** In the order in which somebody would come to the pages. */
async function fill(world: DemoWorld, { million }: { readonly million: boolean }): Promise<void> {
  const chapters: readonly (readonly [string, () => Promise<void>])[] = [
    ["webhooks on a receiver of this machine", () => fillWebhooks(world)],
    ["environments, a frozen one among them, servers, keys, invitations", () => fillOrganization(world)],
    ["comparisons, a copy, an export; one cancelled, one failed", () => fillRuns(world)],
    ["patches and reviews in every state, with comments", () => fillReviews(world)],
    ["conflicts of a pair in step, a merge and a patch", () => fillConflicts(world)],
    ["a history of drifting prices", () => fillHistory(world)],
    ...(million ? [["a comparison of 1,000,000 changed rows", () => fillMillion(world)] as const] : []),
  ];
  for (const [text, chapter] of chapters) {
    try {
      await chapter();
      done(text);
    } catch (error) {
      failed(`${text}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  say(
    "All pages have something on them. Prices on staging go on drifting, and a job watches them each minute.",
  );
}

async function fillMillion(world: DemoWorld): Promise<void> {
  await createMillion((database) => world.url(database), MILLION);
  await world.run(world.people.dina, "compare-million");
}

function startTraffic(world: DemoWorld): NodeJS.Timeout {
  let turn = 0;
  return setInterval(() => {
    turn += 1;
    void world.edit("shop_staging", driftOf(40 + ((turn * 17) % 60))).catch(() => {});
  }, TRAFFIC_MS);
}
