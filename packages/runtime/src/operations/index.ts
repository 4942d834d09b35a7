export * from "./contract.ts";
export {
  assertWholeTables,
  type DirectoryScope,
  directoryFilter,
  directoryScope,
  type SourceScope,
  sourceScope,
} from "./rows/directory-scope.ts";
export { leavesTablesOut, masksOf, withMasks } from "./rows/masks.ts";
export { assertWholeFiles, mayDeleteRows, type WholeFilesWish } from "./rows/whole-files.ts";
