/** Readable directories and export files behind the ports of engine. */
export { createDirectoryWriter, type DirectoryWriterOptions } from "./directory/directory-writer.ts";
export type { Manifest, ManifestFile, ManifestTable } from "./directory/manifest.ts";
export { openDirectory, type RowDirectory } from "./directory/open-directory.ts";
export { EXPORT_FORMATS, type ExportFormat } from "./export/export-layout.ts";
export { createExportWriter, type ExportWriterOptions } from "./export/export-writer.ts";
export { type OpenExportOptions, openExport } from "./export/open-export.ts";
export {
  type ReadRowsRequest,
  ROW_FORMAT_CODECS,
  type RowFormatCodec,
  type RowFormatWriter,
  rowFormatCodec,
  type TableRowFormat,
  type WrittenRow,
} from "./formats/index.ts";
