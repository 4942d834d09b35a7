import { PRODUCTION, STAGING } from "../shop.ts";

/** Port on which nothing listens, for a connection test that fails and says why. */
const NOBODY = "postgres://reader@127.0.0.1:9/stock";

interface ServedConfig {
  readonly url: (database: string) => string;
  /** With the job that compares the large table. */
  readonly million: boolean;
}

/** The `syncline.yaml` of the served demonstration. */
export function servedConfig({ url, million }: ServedConfig): string {
  return `version: 1
servers:
  staging:
    url: ${url(STAGING)}
    environment: staging
    protection: open
  prod:
    url: ${url(PRODUCTION)}
    environment: production
    protection: protected
  finance-draft:
    url: ${url("finance_draft")}
    environment: staging
    protection: open
  finance:
    url: ${url("finance_books")}
    environment: finance
    protection: protected
  archive:
    url: ${url("archive")}
    environment: archive
    protection: readonly
  offices:
    url: ${url("offices")}
    protection: open
  saas:
    url: ${url("saas")}
    tenancy: { kind: column, column: tenant_id }
    protection: open
  cluster:
    url: ${url("postgres")}
    tenancy: { kind: database }
    protection: open
  warehouse:
    url: ${NOBODY}
    environment: production
environments:
  production: { approvals: 1 }
  finance: { approvals: 2, approvalsExpireAfter: 2d }
masks:
  people:
    key: { file: ./mask.key }
    tables:
      customers:
        email: { fake: email }
        full_name: { fake: full-name }
        phone: keep-format
alerts:
  staleAfter: 3h
  allowAddresses: ["127.0.0.0/8", "::1/128"]
limits: { history: { runs: 30d } }
jobs:
${JOBS}${million ? MILLION : ""}`;
}

const JOBS = `  - name: compare-staging
    description: What would make production equal staging
    kind: diff
    source: staging:public:*
    target: prod:public:*
    schedule: { cron: "0 6 * * 1-5", timeZone: Europe/Berlin }
  - name: refresh-staging
    description: Production's rows for staging, with people masked
    kind: copy
    source: prod:public:*
    target: staging:public:*
    mask: people
    enabled: false
    schedule: { cron: "30 3 * * 0", timeZone: Europe/Berlin }
  - name: watch-prices
    description: Alerts when prices drift apart
    kind: watch
    source: staging:public:products
    target: prod:public:products
    alertAbove: 200
    schedule: { every: 1m }
  - name: offices
    description: Berlin and Paris keep the same customers and visits
    kind: bi-sync
    source: offices:paris:*
    target: offices:berlin:*
    schedule: { every: 5m }
    conflicts: { detection: changed-fields, resolution: manual }
  - name: nightly-export
    description: The catalogue for the partners, without people
    kind: export
    source: prod:public:products,categories,price_periods
    file: catalogue-{time}.ndjson
    schedule: { cron: "15 2 * * *", timeZone: Europe/Berlin }
  - name: watch-stock
    description: Fails until the warehouse's server is back
    kind: watch
    source: warehouse:public:stock
    target: prod:public:inventory
    retry: { attempts: 2, first: 1s }
    schedule: { every: 30m }
`;

const MILLION = `  - name: compare-million
    description: A large table of which every row differs
    kind: diff
    source: staging:million:movements
    target: prod:million:movements
`;
