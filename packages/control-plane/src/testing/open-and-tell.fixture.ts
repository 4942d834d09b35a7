import { openControlPlane } from "../open-control-plane.ts";
import { MasterKey } from "../sealing/master-key.ts";

/** A replica that starts: opens the control plane at the given address and says what it found. */
const [, , url = ""] = process.argv;
const cp = await openControlPlane({
  url,
  masterKey: new MasterKey(Buffer.alloc(32, 7)),
  applicationName: "replica",
});
process.send?.({ id: cp.id, ...cp.defaultScope });
await cp.close();
process.disconnect?.();
