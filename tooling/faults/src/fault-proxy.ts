import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { chooseRule, type Direction, type RuleChoice } from "./connection-rule.ts";
import { type CutReason, FaultConnection } from "./fault-connection.ts";

export interface FaultProxyOptions {
  readonly targetHost: string;
  readonly targetPort: number;
  /** Default: everything passes. */
  readonly rule?: RuleChoice;
}

/** A TCP proxy on loopback that breaks connections as told. */
export interface FaultProxy {
  readonly host: string;
  readonly port: number;
  /** How many connections have been accepted. */
  readonly accepted: number;
  /** Why connections were cut, in order. */
  readonly cuts: readonly CutReason[];
  /** Bytes forwarded so far, by connection in the order of their arrival. */
  readonly bytes: readonly Readonly<Record<Direction, number>>[];
  /** `connectionString` with the proxy's host and port. */
  url(connectionString: string): string;
  /** For connections made from now on. */
  setRule(rule: RuleChoice): void;
  /** Resets every open connection. */
  cutAll(): void;
  /** Cuts everything and stops listening. */
  close(): Promise<void>;
}

const HOST = "127.0.0.1";

export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  let rule: RuleChoice = options.rule ?? {};
  let accepted = 0;
  const cuts: CutReason[] = [];
  const bytes: Readonly<Record<Direction, number>>[] = [];
  const open = new Set<FaultConnection>();

  const accept = (client: Socket) => {
    accepted += 1;
    const server = connect({ host: options.targetHost, port: options.targetPort, allowHalfOpen: true });
    const chosen = chooseRule(rule, accepted);
    const connection = new FaultConnection({ client, server }, chosen, (reason) => cuts.push(reason));
    open.add(connection);
    bytes.push(connection.bytes);
    void connection.run().finally(() => open.delete(connection));
  };
  const cutAll = () => {
    for (const connection of open) connection.cut();
  };

  const listener = createServer({ allowHalfOpen: true }, accept);
  listener.listen(0, HOST);
  await once(listener, "listening");
  const address = listener.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no TCP port");
  const { port } = address;

  return {
    host: HOST,
    port,
    get accepted() {
      return accepted;
    },
    cuts,
    bytes,
    url: (connectionString) => {
      const changed = new URL(connectionString);
      changed.host = `${HOST}:${port}`;
      return changed.href;
    },
    setRule: (next) => {
      rule = next;
    },
    cutAll,
    close: async () => {
      cutAll();
      listener.close();
      await once(listener, "close");
    },
  };
}

/** A proxy in front of the server of `connectionString`. */
export function startFaultProxyFor(connectionString: string, rule?: RuleChoice): Promise<FaultProxy> {
  const { hostname, port } = new URL(connectionString);
  return startFaultProxy({ targetHost: hostname, targetPort: Number(port || 5432), rule });
}
