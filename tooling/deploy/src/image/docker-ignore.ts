import { cp, readFile } from "node:fs/promises";
import { join, relative } from "node:path";

interface Rule {
  readonly pattern: RegExp;
  readonly keep: boolean;
  /** Of `!a/b/c`: the folders on the way there. */
  readonly above: readonly string[];
}

/** Tells of a path, relative to the context, whether it is sent to the builder. The last rule that fits decides. */
export class DockerIgnore {
  readonly #rules: readonly Rule[];

  constructor(text: string) {
    this.#rules = text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map(ruleOf);
  }

  sends(path: string): boolean {
    let sent = true;
    for (const { pattern, keep } of this.#rules) if (pattern.test(path)) sent = keep;
    return sent;
  }

  /** Whether something below a folder that itself is not sent may be. */
  leadsTo(folder: string): boolean {
    return this.#rules.some(({ above }) => above.some((each) => patternOf(each, "$").test(folder)));
  }
}

/** Copies what a builder would get. */
export async function copyContext(root: string, target: string): Promise<void> {
  const ignore = new DockerIgnore(await readFile(join(root, ".dockerignore"), "utf8"));
  await cp(root, target, {
    recursive: true,
    filter: (source) => {
      const path = relative(root, source);
      return path === "" || (path !== ".git" && (ignore.sends(path) || ignore.leadsTo(path)));
    },
  });
}

function ruleOf(line: string): Rule {
  const keep = line.startsWith("!");
  const path = (keep ? line.slice(1) : line).replace(/^\/|\/$/g, "");
  const parts = path.split("/");
  const above = keep ? parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/")) : [];
  return { pattern: patternOf(path, "(/|$)"), keep, above };
}

function patternOf(path: string, end: string): RegExp {
  const text = path
    .replace(/[.+^$()|[\]\\{}]/g, "\\$&")
    .replace(/\*\*\/|\*/g, (star) => (star === "*" ? "[^/]*" : "(.*/)?"));
  return new RegExp(`^${text}${end}`);
}
