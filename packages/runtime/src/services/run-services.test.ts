import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { PollingService } from "./polling-service.ts";
import { QueueService } from "./queue/queue-service.ts";
import { runServices } from "./run-services.ts";
import { type Service, SILENT } from "./service.ts";

it("ends although the queue could not be opened and others wait for it", async () => {
  const queue = new QueueService(() => Promise.reject(new Error("away")));
  const sweeper = new PollingService({ name: "sweeper", intervalMs: 5, tick: () => queue.send(["unit"]) });
  const stopping = new AbortController();
  const running = runServices([queue, sweeper], { signal: stopping.signal, graceMs: 60_000, log: SILENT });
  await sleep(50);
  stopping.abort();
  expect(await running).toEqual({ drained: true });
});

it("leaves a service that neither drains nor stops, and names it", async () => {
  const never = new Promise<void>(() => {});
  const stuck: Service = { name: "stuck", run: () => never, drain: () => never, stop: () => never };
  let stopped = false;
  const other: Service = {
    name: "other",
    run: () => Promise.resolve(),
    drain: () => Promise.resolve(),
    stop: async () => {
      stopped = true;
    },
  };
  const logged: unknown[] = [];
  const result = await runServices([other, stuck], {
    signal: AbortSignal.abort(),
    graceMs: 10,
    stopMs: 50,
    log: (_level, message, fields) => void logged.push([message, fields]),
  });
  expect(result).toEqual({ drained: false });
  expect(stopped).toBe(true);
  expect(logged).toContainEqual(["a service did not stop; it is left as it is", { service: "stuck" }]);
});
