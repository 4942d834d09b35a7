/** Test code may reach for tooling and for real databases; the layers bind what ships. */
const TESTS = "\\.test\\.tsx?$|/testing/|\\.fixture\\.ts$";
const shipped = (folder) => ({ path: `^${folder}/`, pathNot: TESTS });
const OURS = "^(packages|apps|tooling)/";

/** Everything of ours but the named folders. */
const oursBut = (...folders) => ({ path: OURS, pathNot: folders.map((folder) => `^${folder}/`) });

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "core-is-alone",
      comment: "core is the pure domain: the browser imports it too, so it imports nothing of ours.",
      severity: "error",
      from: shipped("packages/core"),
      to: oursBut("packages/core"),
    },
    {
      name: "core-is-pure",
      comment:
        "core does no I/O and has no Node built-ins and no packages: bytes are Uint8Array, digests are passed in.",
      severity: "error",
      from: shipped("packages/core"),
      to: { dependencyTypes: ["core", "npm", "npm-dev", "npm-no-pkg", "npm-unknown"] },
    },
    {
      name: "engine-knows-core-only",
      comment: "engine orchestrates over ports: an adapter imported here could not be replaced.",
      severity: "error",
      from: shipped("packages/engine"),
      to: oursBut("packages/engine", "packages/core"),
    },
    {
      name: "adapters-know-engine-and-core",
      comment:
        "an adapter implements ports of engine with values of core; adapters do not know each other, config or logs.",
      severity: "error",
      from: shipped("packages/(pg-adapter|snapshot-store|schema-engine)"),
      to: { path: OURS, pathNot: ["^packages/(engine|core)/", "^packages/$1/"] },
    },
    {
      name: "jobs-know-core-only",
      comment:
        "the definition of a job is read by config, api and control-plane alike, so it knows none of them.",
      severity: "error",
      from: shipped("packages/jobs"),
      to: oursBut("packages/jobs", "packages/core"),
    },
    {
      name: "api-knows-engine-core-and-jobs",
      comment:
        "the HTTP contract is imported by browsers and by other servers: it knows no adapter and no state.",
      severity: "error",
      from: shipped("packages/api"),
      to: oursBut("packages/api", "packages/engine", "packages/core", "packages/jobs"),
    },
    {
      name: "control-plane-knows-core-and-jobs",
      comment: "control-plane records state; running use cases is the work of runtime.",
      severity: "error",
      from: shipped("packages/control-plane"),
      to: oursBut("packages/control-plane", "packages/core", "packages/jobs"),
    },
    {
      name: "config-knows-core-and-jobs",
      comment: "config validates filters, policies and jobs with them, and must be loadable without drivers.",
      severity: "error",
      from: shipped("packages/config"),
      to: oursBut("packages/config", "packages/core", "packages/jobs"),
    },
    {
      name: "observability-is-alone",
      comment: "logs and metrics know nothing of the product: everybody above may use them without a cycle.",
      severity: "error",
      from: shipped("packages/observability"),
      to: oursBut("packages/observability"),
    },
    {
      name: "nothing-below-runtime-imports-config-or-logs",
      comment:
        "libraries get a logger and plain options from their caller, so that they can be used without our config file.",
      severity: "error",
      from: {
        path: "^packages/(core|engine|jobs|pg-adapter|snapshot-store|schema-engine|api|control-plane)/",
        pathNot: TESTS,
      },
      to: { path: "^packages/(config|observability)/" },
    },
    {
      name: "only-runtime-names-adapters",
      comment:
        "a new kind of endpoint is one package and one line in runtime's registry; apps and tooling ask runtime.",
      severity: "error",
      from: {
        path: "^(apps|tooling|packages)/",
        pathNot: [TESTS, "^packages/(runtime|pg-adapter|snapshot-store|schema-engine)/"],
      },
      to: { path: "^packages/(pg-adapter|snapshot-store|schema-engine)/" },
    },
    {
      name: "packages-know-no-app",
      comment: "apps are transports at the top: a package that imports one could not be used by the other.",
      severity: "error",
      from: { path: "^packages/" },
      to: { path: "^apps/" },
    },
    {
      name: "nothing-shipped-imports-tooling",
      comment: "tooling is not published: only tests and tooling itself may use it.",
      severity: "error",
      from: { path: "^(packages|apps)/", pathNot: TESTS },
      to: { path: "^tooling/" },
    },
    {
      name: "cli-uses-the-server-by-its-service",
      comment:
        "the CLI runs the same services as the container through apps/server's ./service and knows no more of it.",
      severity: "error",
      from: { path: "^apps/cli/" },
      to: { path: "^apps/server/", pathNot: "^apps/server/src/(service|create-services)\\.ts$" },
    },
    {
      name: "web-knows-api-and-core",
      comment:
        "the dashboard is one more client of the HTTP API; what it needs from elsewhere belongs into the contract.",
      severity: "error",
      from: shipped("apps/web"),
      to: oursBut("apps/web", "packages/api", "packages/core"),
    },
    {
      name: "nothing-imports-the-dashboard",
      comment: "the server serves its built files; nobody needs its sources.",
      severity: "error",
      from: { path: OURS, pathNot: ["^apps/web/", TESTS] },
      to: { path: "^apps/web/src/" },
    },
    {
      name: "no-packages-by-path",
      comment:
        "packages meet through their exports; a relative path into another one bypasses what it promises.",
      severity: "error",
      from: { path: "^(packages|apps|tooling)/([^/]+)/" },
      to: { path: "^(packages|apps|tooling)/", pathNot: "^$1/$2/", dependencyTypes: ["local"] },
    },
    {
      name: "no-cycles",
      comment: "modules in a cycle cannot be understood or tested one at a time.",
      severity: "error",
      from: { pathNot: "node_modules" },
      to: { circular: true, viaOnly: { pathNot: "node_modules", dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "no-unlisted-dependencies",
      comment: "a package that is imported without being listed breaks for whoever installs ours.",
      severity: "error",
      from: { path: "^(packages|apps)/[^/]+/src/", pathNot: TESTS },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
    },
    {
      name: "no-unresolvable",
      comment: "an import that leads nowhere fails at run time.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|__golden__)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".js", ".mjs", ".cjs", ".json"],
    },
    skipAnalysisNotInRules: true,
  },
};
