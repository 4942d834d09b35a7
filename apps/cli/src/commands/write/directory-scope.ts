export {
  assertWholeTables,
  type DirectoryScope,
  directoryFilter,
  directoryScope,
  type SourceScope,
  sourceScope,
} from "@syncline/runtime/operations";
