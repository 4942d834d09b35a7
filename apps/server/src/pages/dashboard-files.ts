import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A file of the built dashboard, as it is sent. */
export interface DashboardFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
  /** Of its content; null: as it is. */
  readonly encoding: "br" | "gzip" | null;
  /** Whether its name changes with its content. */
  readonly lasting: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  woff2: "font/woff2",
  png: "image/png",
};
const NAME = /^(assets\/)?[A-Za-z0-9_.~-]+\.([a-z0-9]+)$/;
const ENCODINGS = [
  ["br", ".br"],
  ["gzip", ".gz"],
] as const;
const INDEX = "index.html";

/** The files of a built dashboard. Names lead nowhere else. */
export class DashboardFiles {
  readonly #folder: string;
  readonly #read = new Map<string, Promise<Uint8Array<ArrayBuffer> | null>>();

  /** Beside the published bundle; among the sources where the build leaves it. */
  constructor(folder: string | null) {
    const bundled = fileURLToPath(new URL("./dashboard", import.meta.url));
    const built = fileURLToPath(new URL("../../../web/dist", import.meta.url));
    this.#folder = folder ?? (existsSync(join(bundled, INDEX)) ? bundled : built);
  }

  /** The page itself; null when nothing was built. */
  async index(): Promise<string | null> {
    const bytes = await this.#file(INDEX);
    return bytes === null ? null : new TextDecoder().decode(bytes);
  }

  async file(name: string, accepted: string): Promise<DashboardFile | null> {
    const [, folder, suffix] = NAME.exec(name) ?? [];
    const type = suffix === undefined ? undefined : TYPES[suffix];
    if (type === undefined) return null;
    const lasting = folder !== undefined;
    for (const [encoding, extension] of ENCODINGS) {
      if (!accepts(accepted, encoding)) continue;
      const bytes = await this.#file(name + extension);
      if (bytes !== null) return { bytes, type, encoding, lasting };
    }
    const bytes = await this.#file(name);
    return bytes === null ? null : { bytes, type, encoding: null, lasting };
  }

  /** Only what is there is remembered: a build may come later. */
  #file(name: string): Promise<Uint8Array<ArrayBuffer> | null> {
    const known = this.#read.get(name);
    if (known !== undefined) return known;
    const reading = readFile(join(this.#folder, name)).then(
      (bytes) => new Uint8Array(bytes),
      () => {
        this.#read.delete(name);
        return null;
      },
    );
    this.#read.set(name, reading);
    return reading;
  }
}

function accepts(header: string, encoding: string): boolean {
  return header
    .split(",")
    .map((part) => part.trim().split(";"))
    .some(([name, quality = ""]) => name === encoding && !/^\s*q=0(\.0*)?$/.test(quality));
}
