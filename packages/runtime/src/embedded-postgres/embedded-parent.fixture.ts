import { startEmbeddedPostgres } from "./start-embedded-postgres.ts";

/** A program with a server: prints `{ port, dataDir }`, then behaves as its argument says. */
const [behaviour] = process.argv.slice(2);
const server = await startEmbeddedPostgres();
if (behaviour === "handle-sigterm") {
  process.once("SIGTERM", async () => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    process.stdout.write("drained\n");
    await server.stop();
    process.exitCode = 7;
    clearInterval(work);
  });
}
const work = setInterval(() => {}, 1_000);
process.stdout.write(`${JSON.stringify({ port: server.port, dataDir: server.dataDir })}\n`);
if (behaviour === "throw") throw new Error("uncaught on purpose");
if (behaviour === "exit") process.exit(5);
if (behaviour === "run-dry") clearInterval(work);
