import { ensureBuilt } from "./ensure-built.ts";

/** Prints the folder of the built dashboard, building it first where its sources have changed. */
process.stdout.write(`${await ensureBuilt()}\n`);
