/** Definitions of live databases behind the SchemaEngine port. */
export {};
