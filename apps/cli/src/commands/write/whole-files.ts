export { assertWholeFiles, mayDeleteRows, type WholeFilesWish } from "@syncline/runtime/operations";
