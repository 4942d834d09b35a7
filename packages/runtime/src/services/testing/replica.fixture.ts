import { createRun, MasterKey, openControlPlane } from "@syncline/control-plane";
import type { JobDefinition } from "@syncline/jobs";
import type { KillPoint } from "../kill-points.ts";
import { type ReplicaInput, runReplica } from "./replica.ts";

/** A replica as a process of its own: `node replica.fixture.ts <JSON>`. Writes a line for each point that is reached. */
export interface ReplicaProcessInput extends ReplicaInput {
  /** Ends itself there, as `kill -9` would. */
  readonly killAt?: KillPoint;
  /** Stands still there until somebody goes on with it. */
  readonly stopAt?: KillPoint;
  /** Creates this run first. */
  readonly create?: JobDefinition;
}

const input = JSON.parse(process.argv[2] ?? "{}") as ReplicaProcessInput;
const stopping = new AbortController();
process.once("SIGTERM", () => stopping.abort());
let stopped = false;

function reached(point: KillPoint): void {
  if (point === input.killAt) process.kill(process.pid, "SIGKILL");
  if (point === input.stopAt && !stopped) {
    stopped = true;
    process.stdout.write(`stopped ${point}\n`);
    process.kill(process.pid, "SIGSTOP");
  }
  process.stdout.write(`reached ${point}\n`);
}

if (input.create !== undefined) {
  const controlPlane = await openControlPlane({
    url: input.controlUrl,
    masterKey: new MasterKey(Buffer.from(input.masterKey, "base64")),
    applicationName: "syncline creator",
  });
  const call = { scope: controlPlane.defaultScope, actor: "tester" };
  await createRun(controlPlane, call, { definition: input.create, trigger: "manual" });
  reached("run-created");
  await controlPlane.close();
}
const { drained } = await runReplica(input, {
  signal: stopping.signal,
  reached,
  log: (level, message, fields) =>
    void process.stdout.write(`${level} ${message} ${JSON.stringify(fields ?? {})}\n`),
});
process.exitCode = drained ? 0 : 1;
