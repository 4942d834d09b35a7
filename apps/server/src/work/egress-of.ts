import type { Config } from "@syncline/config";
import { createAddressPolicy, type Egress, openEgress } from "@syncline/runtime/egress";

/** What the config lets a process reach. */
export function egressOf({ alerts }: Config): Egress {
  return openEgress({ policy: createAddressPolicy(alerts.allowAddresses) });
}
