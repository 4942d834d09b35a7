import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Databases } from "./databases.ts";
import { type Measurement, median } from "./measure.ts";
import type { Report } from "./report.ts";
import { syncline } from "./syncline.ts";

const EXAMPLE = fileURLToPath(new URL("../../../examples/accounts/", import.meta.url));
const CONFIG = join(EXAMPLE, "syncline.yaml");

/** `users` accounts make two and a half rows each: the account, an identity, every other one a membership. */
function rowsOf(users: number): readonly string[] {
  const id = "md5('user' || n)::uuid";
  return [
    "INSERT INTO groups SELECT n, 'group ' || n, 'the group of ' || n FROM generate_series(1, 20) n",
    `INSERT INTO users (id, email, name, password_hash, last_login, created_at, updated_at)
     SELECT ${id}, 'user' || n || '@example.com', 'User ' || n, md5('secret' || n), '2024-05-01', '2024-01-01', '2024-05-01' FROM generate_series(1, ${users}) n`,
    `INSERT INTO identities SELECT 'mail', 'subject ' || n, ${id}, 'user' || n || '@example.com', '2024-05-01' FROM generate_series(1, ${users}) n`,
    `INSERT INTO user_groups SELECT ${id}, 1 + n % 20, 'member' FROM generate_series(1, ${users}, 2) n`,
    "VACUUM ANALYZE",
  ];
}

const EDIT =
  "UPDATE users SET name = name || ' II', updated_at = '2024-06-01' WHERE ('x' || left(md5(email), 4))::bit(16)::int % 10 = 0";

/** Export of 50,000 rows of the accounts example, and an import of 10,000 by merge into a database that holds them all. */
export async function benchAccounts(
  databases: Databases,
  folder: string,
  { runs }: { readonly runs: number },
  report: Report,
): Promise<void> {
  const shape = readFileSync(join(EXAMPLE, "schema.sql"), "utf8");
  await databases.createFresh("accounts", [shape, ...rowsOf(20_000)]);
  const file = join(folder, "accounts.ndjson");
  const exports: Measurement[] = [];
  for (let run = 0; run < runs; run += 1) exports.push(await exportAll(databases, "accounts", file));
  report.add({
    ...summary("export the accounts dataset, 50,000 rows", exports, 60),
    note: `${(statSync(file).size / 1e6).toFixed(1)} MB`,
  });
  await databases.createFresh("accounts_edited", [shape, ...rowsOf(4_000), EDIT]);
  const part = join(folder, "some-accounts.ndjson");
  await exportAll(databases, "accounts_edited", part);
  const imports: Measurement[] = [];
  for (let run = 0; run < runs; run += 1) {
    await databases.createFresh("accounts", [shape, ...rowsOf(20_000)]);
    imports.push(
      await syncline([
        "--config",
        CONFIG,
        "--no-progress",
        "import",
        part,
        place(databases, "accounts"),
        "--merge",
        "--yes",
      ]),
    );
  }
  report.add(summary("import --merge, 10,000 rows", imports, 30));
}

function exportAll(databases: Databases, database: string, file: string): Promise<Measurement> {
  const what = ["--dataset", "accounts", "--output", file, "--overwrite"];
  return syncline(["--config", CONFIG, "--no-progress", "export", place(databases, database), ...what]);
}

function place(databases: Databases, database: string): string {
  return `${databases.url(database)}#public:*`;
}

function summary(name: string, measured: readonly Measurement[], goal: number) {
  const seconds = median(measured.map((one) => one.seconds));
  const peaks = measured.flatMap(({ peakBytes }) => (peakBytes === null ? [] : [peakBytes]));
  const peakBytes = peaks.length === 0 ? null : Math.max(...peaks);
  return { name, seconds, peakBytes, goal: `within ${goal} s`, reached: seconds <= goal };
}
