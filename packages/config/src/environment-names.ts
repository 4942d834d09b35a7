/** Environment variables that Syncline itself reads, beside those that references name. */
export const ENVIRONMENT_NAMES: Readonly<Record<string, string>> = {
  SYNCLINE_CONFIG: "Path of the config file; --config wins.",
  SYNCLINE_SERVER: "Name of the current server; --server wins, `current` of the file loses.",
  DATABASE_URL:
    "Connection URL meant by a locator without a server when neither the config nor SYNCLINE_SERVER names a current one.",
  XDG_CONFIG_HOME: "Folder of the user's own config, default ~/.config.",
  PGHOST: "Host, where a connection URL leaves it out.",
  PGPORT: "Port, where a connection URL leaves it out.",
  PGUSER: "User, where a connection URL leaves it out; default the operating system's user.",
  PGPASSWORD: "Password, where neither URL nor config gives one.",
  PGPASSFILE: "Password file, default ~/.pgpass.",
  PGDATABASE: "Database, where a connection URL leaves it out; default the user's name.",
  PGSSLMODE: "TLS mode, where neither URL nor config gives one; default prefer.",
  PGSSLROOTCERT: "PEM file of the certificate authority.",
  PGCONNECT_TIMEOUT: "Seconds until connecting is given up; default 10.",
  PGAPPNAME: "Name shown in pg_stat_activity; default syncline.",
};
