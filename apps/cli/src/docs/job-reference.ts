import { configJsonSchema } from "@syncline/config";

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Jobs, limits and alerts of the config as one Markdown page, from the schema that reads them. */
export function formatJobReference(): string {
  const { properties = {} } = configJsonSchema() as JsonSchema;
  const kinds = properties["jobs"]?.items?.oneOf ?? properties["jobs"]?.items?.anyOf ?? [];
  const shared = sharedKeys(kinds);
  return `# Jobs, limits and alerts

<!-- Generated from the schema of the config by \`pnpm docs:reference\`. -->

Sections of \`syncline.yaml\` that \`syncline server\` and \`syncline service\` read. The same fields make a job through the API.
Durations are texts like \`30s\`, \`5m\`, \`2h\`, \`1d\`; sizes are texts like \`500MB\`, \`20GB\`.

## Every job

${table(pick(kinds[0], shared))}
${kinds.map((kind) => kindSection(kind, shared)).join("\n")}
## Limits

\`limits\` says what a server process may take. Variables of the [environment](environment.md) win over it.

${table(properties["limits"])}
## Alerts

\`alerts\` says who hears of failures.

${table(properties["alerts"])}`;
}

function sharedKeys(kinds: readonly JsonSchema[]): ReadonlySet<string> {
  const [first, ...others] = kinds.map(({ properties = {} }) => Object.keys(properties));
  return new Set((first ?? []).filter((key) => key !== "kind" && others.every((keys) => keys.includes(key))));
}

function kindSection(kind: JsonSchema, shared: ReadonlySet<string>): string {
  const { properties = {} } = kind;
  const own = Object.keys(properties).filter((key) => key !== "kind" && !shared.has(key));
  return `## kind: ${String(properties["kind"]?.const)}\n\n${table(pick(kind, new Set(own)))}`;
}

function pick(schema: JsonSchema | undefined, keys: ReadonlySet<string>): JsonSchema {
  const properties = Object.entries(schema?.properties ?? {}).filter(([key]) => keys.has(key));
  return { ...schema, properties: Object.fromEntries(properties) };
}

function table(schema: JsonSchema | undefined): string {
  const rows = rowsOf(schema, "").map(
    ({ key, form, fallback, meaning }) => `| \`${key}\` | ${form} | ${fallback} | ${meaning} |`,
  );
  return `| Key | Form | Default | Meaning |\n|---|---|---|---|\n${rows.join("\n")}\n`;
}

interface Row {
  readonly key: string;
  readonly form: string;
  readonly fallback: string;
  readonly meaning: string;
}

function rowsOf(schema: JsonSchema | undefined, prefix: string): Row[] {
  return Object.entries(schema?.properties ?? {}).flatMap(([name, property]) => {
    const key = `${prefix}${name}`;
    const row = {
      key,
      form: formOf(property),
      fallback: fallbackOf(property, schema?.required?.includes(name) === true),
      meaning: cell(property.description ?? ""),
    };
    if (property.properties !== undefined) return [row, ...rowsOf(property, `${key}.`)];
    if (property.items?.properties !== undefined) return [row, ...rowsOf(property.items, `${key}[].`)];
    return [row, ...(property.anyOf ?? []).flatMap((form) => rowsOf(form, `${key}.`))];
  });
}

function formOf(schema: JsonSchema): string {
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(" ");
  const forms = schema.anyOf ?? schema.oneOf;
  if (forms !== undefined) return [...new Set(forms.map(formOf))].join(" or ");
  if (schema.type === "array")
    return schema.items?.type === undefined ? "list" : `list of ${formOf(schema.items)}`;
  if (schema.type === "object") return "mapping";
  if (schema.type === "string") return "text";
  const bounds =
    schema.minimum !== undefined && schema.maximum !== undefined && schema.maximum < Number.MAX_SAFE_INTEGER
      ? `, ${schema.minimum} to ${schema.maximum}`
      : "";
  return `${schema.type ?? "any"}${bounds}`;
}

function fallbackOf({ default: fallback, type }: JsonSchema, required: boolean): string {
  if (required) return "required";
  if (fallback === undefined || type === "object") return "";
  const text = typeof fallback === "string" ? fallback : JSON.stringify(fallback);
  return text === "[]" || text === "{}" ? "none" : `\`${text.replaceAll("|", "\\|")}\``;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("*", "\\*");
}
