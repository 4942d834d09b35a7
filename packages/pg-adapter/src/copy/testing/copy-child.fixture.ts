import { copy } from "./copy-databases.ts";

/** Copies in a process of its own, to be killed: `source target options-as-JSON`. */
const [source = "", target = "", options = "{}"] = process.argv.slice(2);
process.stdout.write("began\n");
const result = await copy({ url: source }, { url: target }, JSON.parse(options));
process.stdout.write(`${JSON.stringify(result)}\n`);
