import { setTimeout as sleep } from "node:timers/promises";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@syncline/runtime/embedded-postgres";
import { deviations, EDITS } from "./expected.ts";
import { announce, done, failed, say, title } from "./narrate.ts";
import { serve } from "./serve.ts";
import { createShops, PRODUCTION, STAGING } from "./shop.ts";
import {
  COMPARE,
  editDirectory,
  FROM_DIRECTORY,
  readPatchId,
  type Step,
  UNTIL_APPLIED,
  UNTIL_PULLED,
  undoSteps,
} from "./steps.ts";
import { SYNCLINE, SynclineRunner } from "./syncline.ts";
import { makeWorkspace } from "./workspace.ts";

class DemoFailure extends Error {
  override readonly name = "DemoFailure";
}

const INTERRUPTED = 130;
/** After Ctrl-C, for whatever it interrupted. */
const LONGEST_END_MS = 10_000;

/** Runs the demonstration and ends the process: 0 when every step came out as expected. */
export async function runDemo(argv: readonly string[]): Promise<void> {
  const unknown = argv.find((word) => !["--keep", "--server", "--million", "--"].includes(word));
  if (unknown !== undefined) {
    process.stderr.write(
      `Unknown option ${JSON.stringify(unknown)}; the demo takes --keep, --server and --million.\n`,
    );
    process.exit(2);
  }
  const interrupted = new Promise<"interrupted">((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
      process.on(signal, () => resolve("interrupted"));
  });
  const served = argv.includes("--server");
  process.exit(
    await (served
      ? demonstrateServer(interrupted, argv.includes("--million"))
      : demonstrate(argv.includes("--keep"), interrupted)),
  );
}

async function demonstrate(keep: boolean, interrupted: Promise<"interrupted">): Promise<number> {
  const startedAt = performance.now();
  title("Syncline: version control for the rows in PostgreSQL databases");
  say("Starting a PostgreSQL of its own and filling two databases of an outdoor-gear shop…");
  const server = await startEmbeddedPostgres();
  const workspace = makeWorkspace((database) => server.url(database));
  const runner = new SynclineRunner(workspace.folder);
  try {
    const walk = walkThrough(server, runner, workspace.folder);
    walk.catch(() => {});
    if ((await Promise.race([walk, interrupted])) === "interrupted") return INTERRUPTED;
    say();
    done(`Everything came out as expected, in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`);
    if (keep) await stayUp(server, workspace.folder, interrupted);
    return 0;
  } catch (error) {
    failed(
      error instanceof DemoFailure ? error.message : String(error instanceof Error ? error.stack : error),
    );
    return 1;
  } finally {
    await runner.settle();
    await server.stop();
    workspace.remove();
  }
}

/** The dashboard over databases of the demonstration, until Ctrl-C. */
async function demonstrateServer(interrupted: Promise<"interrupted">, million: boolean): Promise<number> {
  title("Syncline: the dashboard over the databases of an outdoor-gear shop");
  say("Starting a PostgreSQL of its own, filling databases, building the dashboard…");
  const postgres = await startEmbeddedPostgres();
  const workspace = makeWorkspace((database) => postgres.url(database));
  try {
    return await Promise.race([
      serve({ postgres, folder: workspace.folder, million, interrupted }),
      interrupted.then(() => sleep(LONGEST_END_MS, INTERRUPTED)),
    ]);
  } catch (error) {
    failed(String(error instanceof Error ? error.message : error));
    return 1;
  } finally {
    await postgres.stop();
    workspace.remove();
  }
}

async function walkThrough(server: EmbeddedPostgres, runner: SynclineRunner, folder: string): Promise<void> {
  const rows = await createShops((database) => server.url(database));
  done(
    `PostgreSQL ${server.version} is up: staging and prod, ${rows.toLocaleString("en-US")} rows each, 11 tables.`,
  );
  say(
    "  On staging, the team has prepared the spring season: new prices, products, customers and corrections.",
  );
  let number = 0;
  const walk = async (steps: readonly Step[]) => {
    for (const step of steps) {
      number += 1;
      await take(runner, step, number);
    }
  };
  await walk(UNTIL_APPLIED.slice(0, 1));
  await expectDifferences(runner, EDITS);
  await walk(UNTIL_APPLIED.slice(1));
  await walk(undoSteps(readPatchId(folder)));
  await expectDifferences(runner, EDITS);
  await walk(UNTIL_PULLED);
  editDirectory(folder);
  say();
  say('Somebody opens rows/categories.yaml and renames "Trail Running".');
  await walk(FROM_DIRECTORY);
}

async function take(runner: SynclineRunner, step: Step, number: number): Promise<void> {
  announce(number, step);
  const code = await runner.show(step.args);
  if (code !== step.exitCode)
    throw new DemoFailure(`This step ended with ${code} instead of ${step.exitCode}.`);
}

/** Behind the scenes: the counts of each table must be those that the edits make. */
async function expectDifferences(runner: SynclineRunner, expected: typeof EDITS): Promise<void> {
  const { code, stdout } = await runner.capture([...COMPARE, "--json", "--summary-only"]);
  const wrong = code === 0 ? deviations(JSON.parse(stdout), expected) : [`diff --json ended with ${code}`];
  if (wrong.length > 0) throw new DemoFailure(`The comparison is wrong: ${wrong.join("; ")}.`);
}

async function stayUp(
  server: EmbeddedPostgres,
  folder: string,
  interrupted: Promise<unknown>,
): Promise<void> {
  say();
  title("The databases stay up. Go on in another terminal:");
  say(`  cd ${folder}`);
  say(`  alias syncline='"${process.execPath}" "${SYNCLINE}"'`);
  say("  syncline diff 'staging:public:*' 'prod:public:*'");
  say("  syncline patch spring.patch 'prod:public:*' --dry-run");
  say();
  say("Change something on either side, for example with psql, and compare again:");
  say(`  psql ${server.url(STAGING)}`);
  say(`  psql ${server.url(PRODUCTION)}`);
  say();
  say("Press Ctrl-C here to stop the server and remove everything.");
  const alive = setInterval(() => {}, 60_000);
  await interrupted;
  clearInterval(alive);
}
