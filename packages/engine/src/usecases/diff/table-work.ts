import {
  type CheckedFilter,
  type ColumnForm,
  nameInTenant,
  type PairedColumn,
  type TableAgreement,
} from "@syncline/core";
import type { RowHash, SideKey, SidePlan } from "../../ports/read-snapshot.ts";
import type { DiffTable } from "../diff-contract.ts";
import type { ColumnTolerance } from "./tolerance.ts";

/** One pair of tables, ready to be read. */
export interface TableWork {
  readonly index: number;
  readonly agreement: TableAgreement;
  readonly table: DiffTable;
  readonly source: SidePlan;
  readonly target: SidePlan;
  /** Carried columns by position: form when compared, and a tolerance. */
  readonly tolerances: readonly (ColumnTolerance | null)[];
  /** Carried columns by position that every update holds besides the changed ones, or null. */
  readonly along: readonly number[] | null;
}

/** Rows of the larger side, by the planner, else by the size. */
export function estimateRows({ source, target }: Pick<TableWork, "source" | "target">): number {
  const rows = [source, target].map(({ table }) =>
    table.estimatedRows > 0 ? table.estimatedRows : table.sizeBytes / 100,
  );
  return Math.max(...rows);
}

/** Whether rows of a side may lie outside its scope. */
export function hasScope({ source, target }: Pick<TableWork, "source" | "target">): boolean {
  return source.scope !== undefined || target.scope !== undefined;
}

export interface PlanParts {
  readonly hash: RowHash;
  readonly filter: { readonly source: CheckedFilter | null; readonly target: CheckedFilter | null };
  /** Whether both sides sort text in the order of its UTF-8 bytes. */
  readonly textSorts: boolean;
}

export function planSide(agreement: TableAgreement, side: "source" | "target", parts: PlanParts): SidePlan {
  const compared = agreement.columns.filter((column) => column.form !== null);
  return {
    table: agreement[side],
    compared: compared.map((column) => ({ name: column[side].name, form: column.form as ColumnForm })),
    carried: agreement.columns.map((column) => ({ name: column[side].name, form: column.form })),
    key: planKey(agreement, side, parts.textSorts),
    hash: parts.hash,
    filter: parts.filter[side],
  };
}

function planKey(agreement: TableAgreement, side: "source" | "target", textSorts: boolean): SideKey | null {
  const { key } = agreement;
  if (key === null) return null;
  const sortsAlone = (order: string) => order !== "canonical" && (order !== "text" || textSorts);
  return {
    nullable: key.nullable,
    canonical: !key.columns.every((column) => sortsAlone(column.form.order)),
    columns: key.columns.map((column) => ({
      name: column[side].name,
      form: column.form,
      operator: column.operators[side],
      collation: column.collations[side],
    })),
  };
}

export function describeTable(agreement: TableAgreement, tenantSchema: string): DiffTable {
  const { source, target, columns, key } = agreement;
  const name = (column: PairedColumn) => column.target.name;
  return {
    source: source.name,
    target: target.name,
    compared: columns.filter((column) => column.form !== null).map(name),
    patchTable: {
      name: nameInTenant(target.name, tenantSchema),
      columns: columns.map((column) => [column.target.name, column.target.type.name] as const),
      key: key === null ? [] : key.columns.map((column) => column.target.name),
      fingerprint: target.fingerprint,
    },
  };
}
