/** What `syncline config init` writes. */
export function defaultConfigText(): string {
  return `# Syncline: which servers there are and how to reach them.
# Every key: docs/reference/configuration.md. Check this file with \`syncline config check\`.
version: 1

# The server meant when a locator names none: \`public:users\` is then \`local:public:users\`.
current: local

servers:
  local:
    host: localhost
    port: 5432
    database: postgres
    user: postgres

  # A server elsewhere is protected unless this file says otherwise: writing to it asks for its name.
  # production:
  #   url: {env: PRODUCTION_DATABASE_URL}   # or {file: ./secrets/url}, or {command: [op, read, "op://vault/db/url"]}
  #   tls: verify-full
  #   tenancy: {kind: schema}               # or {kind: database}, or {kind: column, column: tenant_id}
  #   environment: production
  #   protection: readonly                  # open, protected or readonly

# What \`syncline server\` and \`syncline service\` run; every key: docs/reference/jobs.md.
# jobs:
#   - name: nightly-copy
#     kind: copy
#     source: production:public:*
#     target: local:public:*
#     schedule: {cron: "30 3 * * *", timeZone: UTC}

# Columns that --ignore-timestamps and --ignore-system-fields leave out.
timestampFields: [created_at, updated_at, modified_at, last_update]
systemFields: [created_by, updated_by, modified_by, version]
`;
}
