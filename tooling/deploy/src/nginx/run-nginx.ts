import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ROOT } from "../root.ts";

const SAMPLES = ["upstream.conf", "syncline.conf"].map((name) => join(ROOT, "deploy/nginx", name));
export const NAME = "syncline.example.com";

export interface Nginx {
  /** Of the TLS listener. */
  readonly port: number;
  readonly plainPort: number;
  readonly certificate: string;
  reload(replicas: readonly string[]): void;
  stop(): Promise<void>;
}

export interface StartNginx {
  readonly folder: string;
  /** Addresses, `127.0.0.1:8271`. */
  readonly replicas: readonly string[];
  readonly port: number;
  readonly plainPort: number;
  /** Instead of the sample's 4 s. */
  readonly keepAlive?: string;
}

/** Whether nginx is installed; it is of no package registry. */
export function hasNginx(): boolean {
  try {
    execFileSync("nginx", ["-v"], { stdio: "pipe" });
    return true;
  } catch {
    return false;
  }
}

/** The sample with addresses, ports and a certificate of this machine; gives the path of the whole configuration. */
export function writeNginxConfig({ folder, replicas, port, plainPort, keepAlive }: StartNginx): string {
  mkdirSync(join(folder, "temp"), { recursive: true });
  execFileSync(
    "openssl",
    [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-days",
      "2",
    ].concat(
      ["-subj", `/CN=${NAME}`, "-addext", `subjectAltName=DNS:${NAME}`],
      ["-keyout", join(folder, "syncline.key"), "-out", join(folder, "syncline.crt")],
    ),
    { stdio: "pipe" },
  );
  let text = SAMPLES.map((file) => readFileSync(file, "utf8")).join("\n");
  const replace = (pattern: RegExp, by: string) => {
    if (!pattern.test(text)) throw new Error(`the sample has no ${pattern}`);
    text = text.replace(pattern, by);
  };
  replace(
    /( *)server 127\.0\.0\.1:8271 (.*);\n *server 127\.0\.0\.1:8272 .*;/,
    replicas.map((each) => `    server ${each} $2;`).join("\n"),
  );
  replace(/listen \[::\].*\n\s*/g, "");
  replace(/listen 443/g, `listen 127.0.0.1:${port}`);
  replace(/listen 80;/g, `listen 127.0.0.1:${plainPort};`);
  replace(/\/etc\/nginx\/tls/g, folder);
  if (keepAlive !== undefined) replace(/keepalive_timeout \w+;/, `keepalive_timeout ${keepAlive};`);
  writeFileSync(join(folder, "syncline.conf"), text);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `  ${kind}_temp_path ${join(folder, "temp", kind)};`,
  );
  const whole = join(folder, "nginx.conf");
  writeFileSync(
    whole,
    `${process.getuid?.() === 0 ? "user root;\n" : ""}daemon off;
worker_processes 1;
pid ${join(folder, "nginx.pid")};
error_log stderr warn;
events { worker_connections 1024; }
http {
  access_log off;
${temporary.join("\n")}
  include ${join(folder, "syncline.conf")};
}
`,
  );
  return whole;
}

export async function startNginx(options: StartNginx): Promise<Nginx> {
  const { folder, port, plainPort } = options;
  const config = writeNginxConfig(options);
  const child: ChildProcess = spawn("nginx", ["-c", config, "-e", "stderr"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let told = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    told += text;
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  for (let tries = 0; !(await answers(port)); tries += 1) {
    if (child.exitCode !== null || tries > 200) throw new Error(`nginx does not listen: ${told}`);
    await sleep(25);
  }
  return {
    port,
    plainPort,
    certificate: readFileSync(join(folder, "syncline.crt"), "utf8"),
    reload: (replicas) => {
      const file = join(folder, "syncline.conf");
      const lines = replicas.map((each) => `    server ${each} max_fails=1 fail_timeout=2s;\n`).join("");
      writeFileSync(file, readFileSync(file, "utf8").replace(/(?: {4}server 127\.0\.0\.1:.*\n)+/, lines));
      child.kill("SIGHUP");
    },
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

function answers(port: number): Promise<boolean> {
  const socket = connect({ port, host: "127.0.0.1" });
  return new Promise((resolve) => {
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}
