import { randomBytes } from "node:crypto";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import type { Call, ControlPlane } from "../control-plane.ts";
import { openControlPlane } from "../open-control-plane.ts";
import { MasterKey } from "../sealing/master-key.ts";

export interface TestControlPlane {
  readonly cp: ControlPlane;
  readonly call: Call;
  readonly masterKey: MasterKey;
  readonly database: TestDatabase;
  close(): Promise<void>;
}

/** A control plane in a database of its own. */
export async function openTestControlPlane(label: string): Promise<TestControlPlane> {
  const database = await createTestDatabase(label);
  const masterKey = new MasterKey(randomBytes(32));
  const cp = await openControlPlane({ url: database.url, masterKey, applicationName: "syncline-test" });
  return {
    cp,
    call: { scope: cp.defaultScope, actor: "tester", requestId: "req-1" },
    masterKey,
    database,
    async close() {
      await cp.close();
      await database.drop();
    },
  };
}
