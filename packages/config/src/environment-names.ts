/** Environment variables that Syncline itself reads, beside those that references name. */
export const ENVIRONMENT_NAMES: Readonly<Record<string, string>> = {
  SYNCLINE_CONFIG: "Path of the config file; --config wins.",
  SYNCLINE_CONFIG_CONTENT:
    "Text of the config itself, for containers; used when neither --config nor SYNCLINE_CONFIG names a file.",
  SYNCLINE_SERVER: "Name of the current server; --server wins, `current` of the file loses.",
  SYNCLINE_API_KEY: "Key for the server that --url names.",
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

/** What `syncline server` and `syncline service` read besides; options of the command line win. */
export const SERVICE_ENVIRONMENT_NAMES: Readonly<Record<string, string>> = {
  SYNCLINE_DATABASE_URL:
    "Control database; else DATABASE_URL; else an embedded PostgreSQL in the state folder. Any number of processes share one.",
  SYNCLINE_DATABASE_URL_FILE: "File that holds SYNCLINE_DATABASE_URL, instead of it.",
  SYNCLINE_STATE_DIRECTORY: "State folder of this process; default .syncline/server.",
  HOST: "Address to listen on; default 127.0.0.1.",
  PORT: "Port to listen on; default 8270, 0 for any free one.",
  DUMP_DIRECTORY: "Folder of exports and of files to import; default dumps in the state folder.",
  SYNCLINE_OBJECTS:
    "Where results and patches are stored: a folder that all processes share, or s3://bucket/prefix; default objects in the state folder.",
  SYNCLINE_S3_ENDPOINT: "Address of an S3-compatible server; default AWS.",
  SYNCLINE_S3_REGION:
    "Region; default AWS_REGION or us-east-1. Credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
  SYNCLINE_MASTER_KEY:
    "32 bytes as hex or base64 that seal stored secrets, the same for all processes; default a file in the state folder, made at the first start.",
  SYNCLINE_MASTER_KEY_FILE: "File that holds SYNCLINE_MASTER_KEY, instead of it.",
  SYNCLINE_MASTER_KEY_COMMAND:
    "Program that prints the key, with its arguments, as a JSON array; instead of SYNCLINE_MASTER_KEY.",
  SYNCLINE_MASTER_KEY_PREVIOUS:
    "Further keys that may open what is sealed, with blanks or commas between: the older ones and, before a change, the next one.",
  SYNCLINE_MASTER_KEY_PREVIOUS_FILE: "File that holds SYNCLINE_MASTER_KEY_PREVIOUS, instead of it.",
  SYNCLINE_TRUSTED_PROXIES:
    "Addresses and networks of load balancers, separated by commas: of them alone X-Forwarded-For is believed, for limits by address; default none.",
  SYNCLINE_PUBLIC_URL:
    "Origin under which browsers reach the server, like https://syncline.example.com. People sign in only over it; without it, only over http on a loopback address.",
  SYNCLINE_SESSION_IDLE: "A session that was not used for so long has ended; default 30m.",
  SYNCLINE_SESSION_LIFETIME: "No session lasts longer; default 12h.",
  SYNCLINE_OIDC_ISSUER:
    "Identity provider that people may sign in with, an https:// address, also one inside the network.",
  SYNCLINE_OIDC_CLIENT_ID:
    "Client at that provider; its redirect URI is the public URL with /api/v1/sign-in/oidc/callback.",
  SYNCLINE_OIDC_CLIENT_SECRET: "Secret of that client; without one it is a public client.",
  SYNCLINE_OIDC_CLIENT_SECRET_FILE: "File that holds SYNCLINE_OIDC_CLIENT_SECRET, instead of it.",
  SYNCLINE_OIDC_NAME: "What the provider is called; default its host.",
  SYNCLINE_OIDC_DEFAULT_ROLE:
    "viewer, operator or reviewer: role of who signs in without an invitation; default: they are refused.",
  SYNCLINE_OIDC_EMAIL_DOMAINS:
    "Domains of the verified addresses that SYNCLINE_OIDC_DEFAULT_ROLE is for, separated by commas.",
  SYNCLINE_LEADER_ELECTION:
    "off: every process does the duties that otherwise one elected process does; default on.",
  SYNCLINE_GRACE: "How long a process that was asked to end may finish its work; default 25s.",
  SYNCLINE_DRAIN_DELAY:
    "How long of that it still answers requests while /readyz says 503, so that load balancers turn away; default 5s, on a loopback address 0s.",
  NODE_OPTIONS:
    "Of Node.js itself; --import FILE loads an OpenTelemetry SDK, to which spans then go (metrics.md lists them).",
  SYNCLINE_DASHBOARD_DIRECTORY:
    "Folder of a built dashboard to serve instead of the one that came with the program.",
  SYNCLINE_FEATURES: "Features to switch on and off, like +api-docs,-profiling; over features of the config.",
  SYNCLINE_METRICS_OPEN: "on: /metrics needs no key.",
  SYNCLINE_MODE: "Jobs of this kind only, as --mode.",
  SYNCLINE_INTERVAL: "Instead of the jobs' schedules, as --interval.",
  SYNCLINE_ONCE: "on: run each job once and end, as --once.",
  SYNCLINE_WORK_UNITS: "limits.workUnits of the config.",
  SYNCLINE_PER_SERVER: "limits.perServer of the config.",
  SYNCLINE_MEMORY: "limits.memory of the config.",
  SYNCLINE_DUMPS_MAX_AGE: "limits.dumps.maxAge of the config.",
  SYNCLINE_DUMPS_MAX_SIZE: "limits.dumps.maxSize of the config.",
  SYNCLINE_DUMPS_MIN_FREE: "limits.dumps.minFree of the config.",
  SYNCLINE_RESULTS_MAX_AGE: "limits.results.maxAge of the config.",
  SYNCLINE_RESULTS_MAX_SIZE: "limits.results.maxSize of the config.",
  SYNCLINE_HISTORY_EVENTS: "limits.history.events of the config.",
  SYNCLINE_HISTORY_RUNS: "limits.history.runs of the config.",
  SYNCLINE_REQUEST_SIZE: "limits.requestSize of the config.",
  SYNCLINE_UPLOAD_SIZE: "limits.uploadSize of the config.",
  SYNCLINE_REQUESTS_PER_MINUTE: "limits.requestsPerMinute of the config.",
};
