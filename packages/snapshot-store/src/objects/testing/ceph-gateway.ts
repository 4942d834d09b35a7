import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const PROGRAMS = ["ceph-mon", "ceph-osd", "radosgw", "radosgw-admin", "monmaptool", "ceph"];

export interface CephGateway {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  stop(): Promise<void>;
}

/** Whether the programs are installed; Debian: `ceph-mon ceph-osd radosgw`. */
export function hasCephGateway(): boolean {
  return PROGRAMS.every((program) => {
    try {
      execFileSync("which", [program], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
}

/** An S3 service of one monitor, one store in memory and one gateway, on this machine alone. */
export async function startCephGateway(): Promise<CephGateway> {
  const folder = await mkdtemp(join(tmpdir(), "syncline-ceph-"));
  const [monitor, gateway] = [await freePort(), await freePort()];
  const config = join(folder, "ceph.conf");
  const children: ChildProcess[] = [];
  const start = async (program: string, args: readonly string[]) => {
    const log = await open(join(folder, `${program}.out`), "w");
    children.push(spawn(program, ["-c", config, ...args, "-f"], { stdio: ["ignore", log.fd, log.fd] }));
    await log.close();
  };
  const stop = async () => {
    for (const child of children.reverse()) child.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once("exit", () => {
    for (const child of children) child.kill("SIGKILL");
  });
  try {
    const fsid = randomUUID();
    await Promise.all(["mon", "osd", "rgw", "run"].map((name) => mkdir(join(folder, name))));
    await writeFile(join(folder, "keyring"), "");
    await writeFile(config, cephConfig({ folder, fsid, monitor }));
    const map = join(folder, "monmap");
    await run("monmaptool", ["--create", "--fsid", fsid, "--addv", "a", `[v2:127.0.0.1:${monitor}]`, map]);
    await run("ceph-mon", ["-c", config, "-i", "a", "--mkfs", "--monmap", map]);
    await start("ceph-mon", ["-i", "a"]);
    const store = randomUUID();
    await run("ceph", ["-c", config, "osd", "new", store], { timeout: 60_000 });
    await run("ceph-osd", ["-c", config, "-i", "0", "--mkfs", "--osd-uuid", store]);
    await start("ceph-osd", ["-i", "0"]);
    await start("radosgw", ["-n", "client.rgw.a", "--rgw-frontends", `beast endpoint=127.0.0.1:${gateway}`]);
    const endpoint = `http://127.0.0.1:${gateway}`;
    await answering(endpoint);
    const keys = { accessKeyId: "SYNCLINETEST", secretAccessKey: randomUUID() };
    const user = ["--uid=test", "--display-name=test", `--access-key=${keys.accessKeyId}`];
    await run("radosgw-admin", [
      "-c",
      config,
      "user",
      "create",
      ...user,
      `--secret-key=${keys.secretAccessKey}`,
    ]);
    return { endpoint, ...keys, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function cephConfig({
  folder,
  fsid,
  monitor,
}: {
  readonly folder: string;
  readonly fsid: string;
  readonly monitor: number;
}): string {
  return `[global]
fsid = ${fsid}
mon host = [v2:127.0.0.1:${monitor}]
mon initial members = a
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
keyring = ${folder}/keyring
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon data avail crit = 1
mon max pg per osd = 1000
osd objectstore = memstore
memstore device bytes = 2147483648
ms mon client mode = crc
run dir = ${folder}/run
admin socket = ${folder}/run/$name.sock
log file = ${folder}/$name.log
pid file = ${folder}/run/$name.pid
mon data = ${folder}/mon
osd data = ${folder}/osd
rgw data = ${folder}/rgw
`;
}

async function answering(endpoint: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const up = await fetch(endpoint).then(
      () => true,
      () => false,
    );
    if (up) return;
    await sleep(200);
  }
  throw new Error("radosgw did not answer within a minute");
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
    server.once("error", reject);
  });
}
