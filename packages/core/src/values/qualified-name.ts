/** A table's schema and name, in exact case, unquoted. */
export interface QualifiedName {
  readonly schema: string;
  readonly name: string;
}

const PLAIN = /^[A-Za-z_][A-Za-z0-9_$]*$/;

/** One identifier as people write it: bare when it is plain, else in double quotes with quotes doubled. */
export function formatIdentifier(identifier: string): string {
  return PLAIN.test(identifier) ? identifier : `"${identifier.replaceAll('"', '""')}"`;
}

/** `schema.name`, or only `name` in schema `public`; parts that are not plain are quoted. */
export function formatQualifiedName(name: QualifiedName): string {
  const table = formatIdentifier(name.name);
  return name.schema === "public" ? table : `${formatIdentifier(name.schema)}.${table}`;
}

export function sameQualifiedName(a: QualifiedName, b: QualifiedName): boolean {
  return a.schema === b.schema && a.name === b.name;
}
