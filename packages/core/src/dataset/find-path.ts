import { isNamed } from "../diff/table-names.ts";
import { CodedError } from "../errors/coded-error.ts";
import type { ForeignKeySpec } from "../schema/foreign-key.ts";
import type { TableSpec } from "../schema/table-spec.ts";
import { formatQualifiedName, type QualifiedName, sameQualifiedName } from "../values/qualified-name.ts";

/** One foreign key on the way, followed in either direction. */
export interface PathStep {
  readonly constraint: string;
  readonly to: QualifiedName;
  readonly fromColumns: readonly string[];
  readonly toColumns: readonly string[];
  readonly operators: readonly string[];
}

export interface PathInput {
  readonly foreignKeys: readonly ForeignKeySpec[];
  readonly from: TableSpec;
  readonly to: TableSpec;
  /** Tables or constraints that the way must take, in any order. */
  readonly through: readonly string[];
}

const MAX_STEPS = 8;
const MAX_PATHS = 1000;

/**
 * The shortest way along foreign keys. @throws CodedError `schema.mismatch` when there is none, or more than one: each would choose other rows
 */
export function findPath(input: PathInput): readonly PathStep[] {
  if (sameQualifiedName(input.from.name, input.to.name) && input.through.length === 0) return [];
  let paths: { readonly at: QualifiedName; readonly steps: readonly PathStep[] }[] = [
    { at: input.from.name, steps: [] },
  ];
  for (let length = 1; length <= MAX_STEPS && paths.length > 0 && paths.length <= MAX_PATHS; length++) {
    paths = paths.flatMap(({ at, steps }) =>
      stepsFrom(at, input.foreignKeys)
        .filter((step) => !visits(step, steps, input))
        .map((step) => ({ at: step.to, steps: [...steps, step] })),
    );
    const arrived = paths
      .filter(({ at, steps }) => sameQualifiedName(at, input.to.name) && takes(steps, input.through))
      .map(({ steps }) => steps);
    const [only] = arrived;
    if (only !== undefined && arrived.length === 1) return only;
    if (only !== undefined) throw ambiguous(input, arrived);
  }
  throw unreachable(input);
}

function stepsFrom(at: QualifiedName, foreignKeys: readonly ForeignKeySpec[]): PathStep[] {
  return foreignKeys.flatMap(({ name, table, columns, referenced, referencedColumns, operators }) => [
    ...(sameQualifiedName(table, at)
      ? [{ constraint: name, to: referenced, fromColumns: columns, toColumns: referencedColumns, operators }]
      : []),
    ...(sameQualifiedName(referenced, at)
      ? [{ constraint: name, to: table, fromColumns: referencedColumns, toColumns: columns, operators }]
      : []),
  ]);
}

function visits({ to }: PathStep, steps: readonly PathStep[], { from }: PathInput): boolean {
  return sameQualifiedName(to, from.name) || steps.some((step) => sameQualifiedName(step.to, to));
}

function takes(steps: readonly PathStep[], through: readonly string[]): boolean {
  return through.every((text) =>
    steps.some(({ constraint, to }) => constraint === text || isNamed(to, text)),
  );
}

function ambiguous({ from, to }: PathInput, paths: readonly (readonly PathStep[])[]): CodedError {
  const ways = paths.slice(0, 4).map((steps) => steps.map(({ constraint }) => constraint).join(", "));
  return new CodedError(
    "schema.mismatch",
    `Several ways lead along foreign keys from "${formatQualifiedName(from.name)}" to "${formatQualifiedName(to.name)}": ${ways.join("; ")}.`,
    { hint: "Name a table or constraint of the one you mean under `through` of the filter." },
  );
}

function unreachable({ from, to, through }: PathInput): CodedError {
  const by = through.length === 0 ? "" : ` through ${through.map((name) => `"${name}"`).join(" and ")}`;
  return new CodedError(
    "schema.mismatch",
    `No foreign keys lead from "${formatQualifiedName(from.name)}" to "${formatQualifiedName(to.name)}"${by}.`,
    { hint: "Correct the filter's table, or include the tables between them." },
  );
}
