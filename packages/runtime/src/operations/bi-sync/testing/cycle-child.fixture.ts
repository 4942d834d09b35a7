import { createInterface } from "node:readline";
import { MasterKey, openControlPlane } from "@syncline/control-plane";
import type { KillPoint } from "../../../services/kill-points.ts";
import { dieAt, doCycle } from "./do-cycle.ts";

/** Does units in a process of its own, to be killed: one JSON line each on stdin, one answer each on stdout. */
const { controlUrl, masterKey, folder } = JSON.parse(process.argv[2] ?? "{}") as Record<string, string>;
if (controlUrl === undefined || masterKey === undefined || folder === undefined) throw new Error("no world");
const cp = await openControlPlane({
  url: controlUrl,
  masterKey: new MasterKey(Buffer.from(masterKey, "base64")),
  applicationName: "syncline-test-child",
  maxConnections: 2,
});
process.stdout.write("ready\n");
for await (const line of createInterface({ input: process.stdin })) {
  const { unitId, workerId, dieAtPoint } = JSON.parse(line) as {
    unitId: string;
    workerId: string;
    dieAtPoint: KillPoint | null;
  };
  const answer = await doCycle({
    cp,
    databaseUrl: controlUrl,
    folder,
    unitId,
    workerId,
    reached: dieAt(dieAtPoint),
  });
  process.stdout.write(`${answer}\n`);
}
await cp.close();
