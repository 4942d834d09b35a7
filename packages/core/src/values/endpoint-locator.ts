/** A table as a user names it: without a schema it is looked up in the tenant's schema. */
export interface TableName {
  readonly schema: string | null;
  readonly name: string;
}

export type TableSelection =
  | { readonly kind: "all" }
  | { readonly kind: "named"; readonly names: readonly TableName[] };

/** `[server:]tenant:tables`. */
export interface TenantLocator {
  readonly kind: "tenant";
  readonly server: string | null;
  readonly tenant: string;
  readonly tables: TableSelection;
}

/** `postgres://user@host/db#tenant:tables`; without a fragment: schema public, all tables. */
export interface UrlLocator {
  readonly kind: "url";
  /** The connection URL without its fragment; it may hold a password, so it is never printed. */
  readonly url: string;
  readonly tenant: string;
  readonly tables: TableSelection;
}

/** A directory of pulled rows. */
export interface DirectoryLocator {
  readonly kind: "directory";
  readonly path: string;
}

export interface SnapshotLocator {
  readonly kind: "snapshot";
  readonly id: string;
  readonly tables: TableSelection;
}

export type EndpointLocator = TenantLocator | UrlLocator | DirectoryLocator | SnapshotLocator;
