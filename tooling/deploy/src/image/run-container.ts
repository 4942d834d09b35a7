import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Image } from "./build-image.ts";
import type { Mount } from "./image-root.ts";

export interface StartContainer {
  readonly environment: Readonly<Record<string, string>>;
  readonly volumes: readonly Mount[];
  /** Instead of the image's command. */
  readonly argv?: readonly string[];
}

/** A process that runs as a container of an image would: its own mounts and process ids, the machine's network. */
export class Container {
  readonly #child: ChildProcess;
  readonly ended: Promise<number | null>;
  output = "";

  constructor(image: Image, { environment, volumes, argv = image.argv }: StartContainer) {
    const script = image.root.containerScript({ argv, user: image.user, folder: image.folder, volumes });
    this.#child = spawn("unshare", ["--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script], {
      env: { ...image.environment, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.output += text;
      });
    this.ended = new Promise((resolve) => this.#child.once("close", resolve));
  }

  /** Id, on this machine, of the container's process 1. */
  get pid(): number {
    const { pid } = this.#child;
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim());
  }

  /** A file of the container as the process sees it: `/tmp`, `/proc/self/…`. */
  path(path: string): string {
    return `/proc/${this.pid}/root${path}`;
  }

  mounts(): string {
    return readFileSync(`/proc/${this.pid}/mountinfo`, "utf8");
  }

  status(name: string): string {
    return (
      new RegExp(`^${name}:\\s+(.*)$`, "m").exec(readFileSync(`/proc/${this.pid}/status`, "utf8"))?.[1] ?? ""
    );
  }

  async found(pattern: RegExp, patienceMs = 30_000): Promise<string> {
    for (const end = Date.now() + patienceMs; Date.now() < end; await sleep(20)) {
      const found = pattern.exec(this.output);
      if (found !== null) return found[1] ?? found[0];
      if (this.#child.exitCode !== null) break;
    }
    throw new Error(`no ${pattern} in: ${this.output.slice(0, 4_000)}`);
  }

  signal(name: NodeJS.Signals): void {
    if (this.#child.exitCode === null) process.kill(this.pid, name);
  }

  /** Its process 1, whose end takes the others with it. */
  kill(): void {
    this.signal("SIGKILL");
  }
}
