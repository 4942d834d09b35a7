/** Definitions of live databases behind the SchemaEngine port. */
export type { OpenConnection } from "./catalog-connection.ts";
export { type DefinitionTargetOptions, openDefinitionTarget } from "./definition-target.ts";
export { openSchemaEngine, type SchemaEngineOptions } from "./open-schema-engine.ts";
export type { OpenScratch, ScratchDatabase } from "./rename-schemas.ts";
export { openSqlParser } from "./sql-parser/open-sql-parser.ts";
