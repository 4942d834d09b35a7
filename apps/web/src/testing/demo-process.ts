import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { freePort } from "./free-port.ts";

const DEMO = fileURLToPath(new URL("../../../../tooling/demo/bin.js", import.meta.url));
const FILLED = "All pages have something on them";
const PERSON = /^ +(\w+)@demo\.example +(\S+)/gm;

/** `pnpm demo --server`, as its first visitors meet it. */
export class DemoProcess {
  readonly url: string;
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;
  #told = "";

  private constructor(port: number) {
    this.url = `http://127.0.0.1:${port}`;
    this.#child = spawn(process.execPath, [DEMO, "--server"], {
      env: { ...process.env, PORT: String(port), NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.ended = new Promise((resolve) => this.#child.once("exit", resolve));
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#told += text;
      });
  }

  static async launch(): Promise<DemoProcess> {
    return new DemoProcess(await freePort());
  }

  /** Resolves when every page has something on it. */
  async filled(): Promise<void> {
    const ended = this.ended.then((code) => {
      throw new Error(`the demonstration ended with ${code}:\n${this.#told}`);
    });
    await Promise.race([this.#tells(FILLED), ended]);
  }

  /** Everything that it printed. */
  get told(): string {
    return this.#told;
  }

  passwordOf(name: string): string {
    const found = [...this.#told.matchAll(PERSON)].find(([, who]) => who === name);
    if (found?.[2] === undefined) throw new Error(`nobody is called ${name}:\n${this.#told}`);
    return found[2];
  }

  /** As Ctrl-C; its exit status. */
  async stop(): Promise<number | null> {
    this.#child.kill("SIGINT");
    return this.ended;
  }

  async #tells(text: string): Promise<void> {
    while (!this.#told.includes(text)) await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
