/** One instruction with its arguments as they stand there, `${…}` not yet replaced. */
export interface Instruction {
  readonly name: string;
  readonly text: string;
}

export interface Stage {
  readonly base: string;
  readonly name: string | null;
  readonly instructions: readonly Instruction[];
}

export interface Dockerfile {
  /** `ARG`s before the first stage, with their defaults. */
  readonly arguments: Readonly<Record<string, string>>;
  readonly stages: readonly Stage[];
}

/** Reads what our Dockerfile uses of the format; anything else is an error, so that no step is passed over. */
export function parseDockerfile(text: string): Dockerfile {
  const given: Record<string, string> = {};
  const stages: { base: string; name: string | null; instructions: Instruction[] }[] = [];
  for (const instruction of instructionsOf(text)) {
    const stage = stages.at(-1);
    if (instruction.name === "FROM") {
      const [, base = "", name = null] = /^(\S+)(?: AS (\S+))?$/i.exec(instruction.text) ?? [];
      if (base === "") throw new Error(`not understood: FROM ${instruction.text}`);
      stages.push({ base, name, instructions: [] });
    } else if (stage !== undefined) stage.instructions.push(instruction);
    else if (instruction.name === "ARG") Object.assign(given, assignments(instruction.text));
    else throw new Error(`${instruction.name} stands before the first FROM`);
  }
  return { arguments: given, stages };
}

function instructionsOf(text: string): Instruction[] {
  return text
    .split("\n")
    .filter((line) => !/^\s*#/.test(line))
    .join("\n")
    .replace(/\\\n\s*/g, "")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [, name, rest] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
      if (name === undefined || rest === undefined) throw new Error(`not understood: ${line}`);
      return { name, text: rest.trim() };
    });
}

/** `A=1 B="two words"`. */
export function assignments(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name = "", quoted, plain = ""] of text.matchAll(/([\w.]+)=(?:"([^"]*)"|(\S*))/g))
    found[name] = quoted ?? plain;
  return found;
}

/** Replaces `${NAME}` and `$NAME`. @throws when a name is not known */
export function expand(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{(\w+)\}|\$(\w+)/g, (_, braced?: string, bare?: string) => {
    const name = braced ?? bare ?? "";
    const value = values[name];
    if (value === undefined) throw new Error(`the Dockerfile uses "${name}", which nothing sets`);
    return value;
  });
}
