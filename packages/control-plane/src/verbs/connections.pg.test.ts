import { startFaultProxyFor } from "@syncline/tooling-faults";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { read, transact } from "../database/transact.ts";
import { openControlPlane } from "../open-control-plane.ts";
import { getJob } from "../queries/get-job.ts";
import { diffJob } from "../testing/sample-jobs.ts";
import { openTestControlPlane, type TestControlPlane } from "../testing/test-control-plane.ts";
import { createJob } from "./create-job.ts";

let test: TestControlPlane;
beforeAll(async () => {
  test = await openTestControlPlane("control_connections");
});
afterAll(() => test.close());

it("says that the connection was lost, that it may be tried again, and goes on with the next", async () => {
  const { cp, call, database } = test;
  const killed = transact(cp, async ({ tx }) => {
    const rows = await tx.execute<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`);
    await database.query("SELECT pg_terminate_backend($1)", [rows[0]?.pid]);
    await tx.execute(sql`SELECT 1`);
  });
  await expect(killed).rejects.toMatchObject({ code: "connection.lost", retryable: true });
  await createJob(cp, call, { definition: diffJob() });
});

it("carries neither statement nor values nor address in its errors", async () => {
  const { cp } = test;
  const failed = read(cp, (db) => db.execute(sql`SELECT ${"very secret"}::int`));
  const error: Error & { cause?: unknown } = await failed.then(
    () => new Error("none"),
    (reason: Error) => reason,
  );
  expect(error).toMatchObject({ code: "internal", details: { sqlState: "22P02" } });
  expect(`${error.message} ${JSON.stringify(error)} ${String(error.cause)}`).not.toMatch(
    /secret|SELECT|postgres:/,
  );
});

it("repeats a transaction that was the victim of a deadlock", async () => {
  const { cp, call, database } = test;
  await database.query(`ALTER DATABASE "${database.name}" SET deadlock_timeout = '50ms'`);
  const { url } = database;
  const second = await openControlPlane({ url, masterKey: test.masterKey, applicationName: "second" });
  const [one, two] = [
    await createJob(cp, call, { definition: diffJob() }),
    await createJob(cp, call, { definition: diffJob() }),
  ];
  let tries = 0;
  const touch = (ids: readonly string[]) =>
    transact(second, async ({ tx }) => {
      tries += 1;
      for (const id of ids) {
        await tx.execute(sql`UPDATE syncline_control.jobs SET version = version + 1 WHERE id = ${id}`);
        await tx.execute(sql`SELECT pg_sleep(0.1)`);
      }
    });
  await Promise.all([touch([one.id, two.id]), touch([two.id, one.id])]);
  expect(tries).toBeGreaterThan(2);
  const rows = await database.query("SELECT version FROM syncline_control.jobs WHERE id = ANY($1)", [
    [one.id, two.id],
  ]);
  expect(rows).toEqual([{ version: 3 }, { version: 3 }]);
  await second.close();
});

it("outlives its database: away it says so, and when it is back goes on with what was there", async () => {
  const { masterKey, database } = test;
  const proxy = await startFaultProxyFor(database.url);
  const url = proxy.url(database.url);
  const cp = await openControlPlane({ url, masterKey, applicationName: "outlives" });
  const call = { scope: cp.defaultScope, actor: "tester" };
  const job = await createJob(cp, call, { definition: diffJob({ name: "kept" }) });
  proxy.setRule({ cutAfterClientBytes: 0 });
  proxy.cutAll();
  for (let tries = 0; tries < 3; tries += 1)
    await expect(createJob(cp, call, { definition: diffJob() })).rejects.toMatchObject({
      code: expect.stringMatching(/^(connection\.lost|control\.unavailable)$/),
      retryable: true,
    });
  const gone = withPort(database.url, 1);
  await expect(openControlPlane({ url: gone, masterKey, applicationName: "x" })).rejects.toMatchObject({
    code: "control.unavailable",
    retryable: true,
  });
  proxy.setRule({});
  await expect
    .poll(
      () =>
        getJob(cp, call.scope, { jobId: job.id }).then(
          ({ name }) => name,
          () => null,
        ),
      { timeout: 15_000 },
    )
    .toBe("kept");
  await cp.close();
  await proxy.close();
});

function withPort(url: string, port: number): string {
  const changed = new URL(url);
  changed.port = String(port);
  return changed.href;
}
