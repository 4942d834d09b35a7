import type { LookupFunction } from "node:net";
import type { JobDefinition } from "@syncline/jobs";
import type { DatasetConfig } from "./datasets.ts";
import type { EnvironmentRules } from "./environments.ts";
import { DEFAULT_FEATURES, type Features } from "./feature-flags.ts";
import { type FlowRules, NO_FLOWS } from "./flow-rules.ts";
import { type LimitsDocument, limitsSchema } from "./limits-schema.ts";
import type { MaskSetConfig } from "./masks.ts";
import type { RemoteServerConfig } from "./remote-servers.ts";
import type { Secret } from "./secret.ts";

export type ProtectionLevel = "open" | "protected" | "readonly";

export type SslMode = "disable" | "prefer" | "require" | "verify-ca" | "verify-full";

/** Where a text comes from. It is read when a server is used; a text of the file itself may be a URL with a password in it. */
export type TextSource =
  | { readonly kind: "literal"; readonly value: Secret }
  | { readonly kind: "env"; readonly name: string }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "command"; readonly argv: readonly string[]; readonly timeoutMs: number };

/** What a server's tenants are. `schema` of column tenancy is where its tables are looked up. */
export type Tenancy =
  | { readonly kind: "schema" }
  | { readonly kind: "database" }
  | { readonly kind: "column"; readonly column: string; readonly schema: string };

export interface ServerConfig {
  readonly name: string;
  /** A whole connection URL, or null when the parts are given. */
  readonly url: TextSource | null;
  readonly host: TextSource | null;
  readonly port: number | null;
  readonly database: TextSource | null;
  readonly user: TextSource | null;
  readonly password: TextSource | null;
  readonly tls: { readonly mode: SslMode; readonly rootCert: string | null } | null;
  readonly tenancy: Tenancy;
  readonly environment: string | null;
  /** Null: decided by the host (see `findProtection`). */
  readonly protection: ProtectionLevel | null;
  /** Name of the server whose standby this is. */
  readonly replicaOf: string | null;
  /** Whether exports must be encrypted. */
  readonly requireEncryption: boolean;
  /** Of servers that somebody else than the operator named: gives the addresses that may be connected to. */
  readonly lookup?: LookupFunction;
}

export interface Config {
  /** Absolute path of the file, or null for the built-in defaults. */
  readonly file: string | null;
  readonly current: string | null;
  readonly servers: ReadonlyMap<string, ServerConfig>;
  /** Other Syncline servers, by name; no name is in both. */
  readonly remotes: ReadonlyMap<string, RemoteServerConfig>;
  /** By name; see `environmentRules`. */
  readonly environments: ReadonlyMap<string, EnvironmentRules>;
  readonly timestampFields: readonly string[];
  readonly systemFields: readonly string[];
  /** By name. */
  readonly masks: ReadonlyMap<string, MaskSetConfig>;
  /** Which source may go to which target. */
  readonly flows: FlowRules;
  /** By name. */
  readonly datasets: ReadonlyMap<string, DatasetConfig>;
  /** Whether exports of places that are no server of this file must be encrypted. */
  readonly requireEncryption: boolean;
  readonly jobs: readonly JobDefinition[];
  readonly limits: LimitsDocument;
  readonly alerts: AlertsConfig;
  /** What is switched on. */
  readonly features: Features;
}

/** `alerts` with its references. */
export interface AlertsConfig {
  readonly staleAfter: string | null;
  readonly webhooks: readonly {
    readonly name: string;
    readonly url: TextSource;
    readonly secret: TextSource;
    readonly events: readonly string[];
  }[];
  /** CIDR. */
  readonly allowAddresses: readonly string[];
}

export const DEFAULT_TIMESTAMP_FIELDS = ["created_at", "updated_at", "modified_at", "last_update"] as const;
export const DEFAULT_SYSTEM_FIELDS = ["created_by", "updated_by", "modified_by", "version"] as const;

/** What holds without a file. */
export const EMPTY_CONFIG: Config = {
  file: null,
  current: null,
  servers: new Map(),
  remotes: new Map(),
  environments: new Map(),
  timestampFields: DEFAULT_TIMESTAMP_FIELDS,
  systemFields: DEFAULT_SYSTEM_FIELDS,
  masks: new Map(),
  flows: NO_FLOWS,
  datasets: new Map(),
  requireEncryption: false,
  jobs: [],
  limits: limitsSchema.parse({}),
  features: DEFAULT_FEATURES,
  alerts: { staleAfter: null, webhooks: [], allowAddresses: [] },
};
