import { type JobDefinition, jobSchema } from "@syncline/api";

type Raw = Readonly<Record<string, unknown>>;

/** The job as a block of `syncline.yaml`, without what is so by itself. */
export function jobYaml(definition: JobDefinition): string {
  const lines = entriesOf(withoutDefaults(definition), "    ");
  return ["jobs:", ...lines.map((line, at) => (at === 0 ? `  - ${line.trimStart()}` : line))].join("\n");
}

/** Name and kind first, then as they are in the schema. */
export function withoutDefaults(definition: JobDefinition): Raw {
  const { name, kind, ...rest } = definition;
  const said = Object.entries(rest).filter(([field, value]) => !isDefault(definition, field, value));
  return { name, kind, ...Object.fromEntries(said) };
}

function isDefault(definition: JobDefinition, field: string, value: unknown): boolean {
  const { [field]: _, ...without } = definition as Raw;
  const parsed = jobSchema.safeParse(without);
  return parsed.success && JSON.stringify((parsed.data as Raw)[field]) === JSON.stringify(value);
}

function entriesOf(mapping: Raw, indent: string): readonly string[] {
  return Object.entries(mapping).flatMap(([name, value]) => {
    const flow = flowOf(value);
    if (flow !== null) return [`${indent}${scalar(name)}: ${flow}`];
    return [`${indent}${scalar(name)}:`, ...entriesOf(value as Raw, `${indent}  `)];
  });
}

const WIDTH = 90;

/** On one line; null: a mapping that is too long for it. */
function flowOf(value: unknown): string | null {
  if (typeof value === "string") return scalar(value);
  if (Array.isArray(value))
    return `[${value.map((each) => flowOf(each) ?? JSON.stringify(each)).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const parts = Object.entries(value).map(
    ([name, inner]) => `${scalar(name)}: ${flowOf(inner) ?? JSON.stringify(inner)}`,
  );
  const line = `{${parts.join(", ")}}`;
  return line.length > WIDTH && parts.length > 0 ? null : line;
}

const PLAIN = /^[A-Za-z][\w./-]*$|^\d+(ms|s|m|h|d)$/;
const WORDS_OF_YAML = /^(true|false|null|yes|no|on|off|y|n|nan|inf)$/i;

/** Without quotes where no reader could take it for something else. */
function scalar(text: string): string {
  return PLAIN.test(text) && !WORDS_OF_YAML.test(text) ? text : JSON.stringify(text);
}
