export { type CheckedFilter, checkFilter } from "./check-filter.ts";
export { type FilterType, filterTypeOf } from "./column-types.ts";
export type { ComparisonOperator, FilterDocument, FilterNode, FilterPath } from "./filter-ast.ts";
export { nearest } from "./filter-error.ts";
export { filterToJson } from "./filter-to-json.ts";
export { type JsonNode, positionOf, readJson } from "./json-reader.ts";
export { parseFilter } from "./parse-filter.ts";
export { assertFilterTables, checkTableFilter } from "./select-filter.ts";
