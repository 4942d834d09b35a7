import { randomUUID } from "node:crypto";
import { CodedError, isCodedError } from "@syncline/core";
import type { SchemaDefinition, SchemaEngine, SchemaSelection } from "@syncline/engine";
import type { OpenConnection } from "./catalog-connection.ts";
import { defineStages, toDefinition } from "./define.ts";
import { extractFacts } from "./extract-facts.ts";
import { type OpenScratch, renamedStages } from "./rename-schemas.ts";

export interface SchemaEngineOptions {
  readonly connect: OpenConnection;
  /** Printed locator, without secrets. */
  readonly label: string;
  /** An empty database for the moment, in which schemas can be renamed; without it they cannot. */
  readonly scratch?: OpenScratch;
}

/** Definitions of one live database. Nothing is ever created in it. */
export function openSchemaEngine(options: SchemaEngineOptions): SchemaEngine {
  return new PgSchemaEngine(options);
}

class PgSchemaEngine implements SchemaEngine {
  readonly #options: SchemaEngineOptions;

  constructor(options: SchemaEngineOptions) {
    this.#options = options;
  }

  async define(selection: SchemaSelection): Promise<SchemaDefinition> {
    try {
      return await this.#define(selection);
    } catch (error) {
      throw this.#explain(error, selection.signal);
    }
  }

  async close(): Promise<void> {}

  async #define(selection: SchemaSelection): Promise<SchemaDefinition> {
    const { connect, scratch } = this.#options;
    const source = { connect, snapshot: selection.snapshot ?? null };
    const state = await extractFacts(source, selection.signal, selection);
    const tag = `placeholder-${randomUUID()}-`;
    const stages = defineStages(state, selection, tag);
    if (selection.renameSchemas.size === 0) return toDefinition(stages);
    return toDefinition(await renamedStages(stages, { selection, scratch, tag }));
  }

  #explain(error: unknown, signal: AbortSignal): CodedError {
    if (isCodedError(error)) return error;
    if (signal.aborted)
      return new CodedError("interrupted", "The work was interrupted.", { cause: signal.reason });
    const state = (error as { code?: unknown }).code;
    const denied = state === "42501";
    return new CodedError(
      denied ? "permission.denied" : typeof state === "string" ? "connection.lost" : "schema.unsupported",
      `The definitions of ${this.#options.label} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}
