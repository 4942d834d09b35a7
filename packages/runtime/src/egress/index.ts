export { type AddressPolicy, createAddressPolicy } from "./address-policy.ts";
export { checkedUrl } from "./egress-request.ts";
export type { ResolveHost } from "./guarded-lookup.ts";
export { type Egress, type EgressOptions, openEgress, type PostInput } from "./open-egress.ts";
