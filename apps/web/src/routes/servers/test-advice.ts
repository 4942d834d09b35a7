/** What to try after a failed connection, most likely first. */
const ADVICE: Readonly<Record<string, readonly string[]>> = {
  "connection.refused": [
    "Check host and port: PostgreSQL listens on 5432 unless it was told otherwise.",
    "Let the database listen on an address that the Syncline server reaches (listen_addresses), not on localhost alone.",
    "Check that it runs, and that it has free connections.",
  ],
  "connection.timeout": [
    "Something on the way drops the packets: allow the Syncline server's address in the firewall or security group.",
    "Check that the host name leads to the address that you mean.",
  ],
  "connection.authentication_failed": [
    "Check user and password; a password with special characters goes into its own field here.",
    "Let pg_hba.conf allow this user from the Syncline server's address.",
  ],
  "connection.tls_failed": [
    "If the database offers no TLS, choose “no TLS” or “if offered”.",
    "With verification, the certificate has to name this host and come from a known authority.",
  ],
  "connection.lost": [
    "Something answered and hung up: check that it is PostgreSQL and not a proxy or a web server.",
    "Try again; if it happens each time, look into the database's log.",
  ],
  "connection.pooled": [
    "A connection pooler stands in between. Give it session pooling, or name the database's own port.",
  ],
  "tenant.not_found": [
    "The server answers, the database or schema of that name is not there: check its spelling and case.",
  ],
  "table.not_found": ["The tenant is there, the table is not: names are taken in exact case."],
  "permission.denied": [
    "Grant the user CONNECT on the database, USAGE on the schema and SELECT on its tables.",
  ],
  "permission.rows_hidden": ["Row security hides rows: use a user that owns the tables or has BYPASSRLS."],
  "egress.refused": [
    'Addresses of this machine and of private networks are closed until syncline.yaml of the server opens their range: `alerts: {allowAddresses: ["127.0.0.0/8", "10.0.0.0/8"]}`; SIGHUP or a restart takes it over.',
    "Or name the database there, under servers: what the config file lists is reached without.",
  ],
  "config.secret_unavailable": [
    "The config file refers to a variable, a file or a command that gives nothing: the operator sees why in the server's log.",
  ],
  "config.invalid": [
    "The config file describes this server in a way that cannot be used; `syncline config check` says where.",
  ],
  "target.locked": ["Somebody holds a lock on a table. Try again in a moment."],
  interrupted: ["It took too long: the database or the network is slow. Try again."],
};

const ANYTHING = ["Try the same connection with psql from the machine on which Syncline runs."];

/** By the code of the failure; there is always something to try. */
export function adviceFor(code: string): readonly string[] {
  return ADVICE[code] ?? ANYTHING;
}
