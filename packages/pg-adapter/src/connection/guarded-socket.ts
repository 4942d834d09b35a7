import type { LookupAddress } from "node:dns";
import { isIP, type LookupFunction, Socket } from "node:net";
import { CodedError } from "@syncline/core";

/**
 * Makes sockets that connect to what `lookup` gives and to nothing else. It is asked for every host, also one that is
 * spelled as an address, for which Node would ask nobody.
 */
export function guardedSocket(lookup: LookupFunction): () => Socket {
  return () => new GuardedSocket(lookup);
}

class GuardedSocket extends Socket {
  readonly #lookup: LookupFunction;

  constructor(lookup: LookupFunction) {
    super();
    this.#lookup = lookup;
  }

  override connect(...args: unknown[]): this {
    const [port, host] = args;
    if (typeof port !== "number" || typeof host !== "string") {
      const refusal = new CodedError("egress.refused", "A socket's path must not be used from here.");
      return this.destroy(refusal);
    }
    this.#lookup(host, { all: true }, (error, addresses) => {
      if (this.destroyed) return;
      if (error !== null) this.destroy(error);
      else super.connect({ port, host: "checked", lookup: given(addresses) });
    });
    return this;
  }
}

/** Node asks for all addresses or for the first, as it is set up. */
function given(addresses: string | readonly LookupAddress[]): LookupFunction {
  const all =
    typeof addresses === "string" ? [{ address: addresses, family: isIP(addresses) }] : [...addresses];
  return (_host, options, give) => {
    const [first] = all;
    if (options.all === true || first === undefined) give(null, all);
    else give(null, first.address, first.family);
  };
}
