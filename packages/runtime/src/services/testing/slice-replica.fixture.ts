import { writeFileSync } from "node:fs";
import type { KillPoint, ReachedPoint } from "../kill-points.ts";
import { type ReplicaInput, runReplica } from "./replica.ts";

/** A replica in a process of its own that may die at a point. Of those that are given one file only one dies. */
export interface SliceReplicaInput {
  readonly replica: ReplicaInput;
  readonly kill: {
    readonly point: KillPoint;
    /** How often the point is reached before. */
    readonly after: number;
    readonly file: string;
  } | null;
}

const { replica, kill } = JSON.parse(process.argv[2] ?? "") as SliceReplicaInput;
const stopping = new AbortController();
process.once("SIGTERM", () => stopping.abort());
let left = kill?.after ?? 0;

const reached: ReachedPoint = (point) => {
  if (point !== kill?.point || left-- > 0) return;
  try {
    writeFileSync(kill.file, String(process.pid), { flag: "wx" });
  } catch {
    return; // the other one was first
  }
  process.kill(process.pid, "SIGKILL");
};

process.stdout.write("began\n");
await runReplica(replica, {
  signal: stopping.signal,
  reached,
  log: (level, message, fields) =>
    process.stderr.write(`${new Date().toISOString()} ${level} ${message} ${JSON.stringify(fields ?? {})}\n`),
});
