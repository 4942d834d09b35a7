import { execFileSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../root.ts";
import { buildImage } from "./build-image.ts";
import { whyNoContainers } from "./prebuilt.ts";

const PARTS = ["/opt/syncline", "/usr/local/bin/node"];

/** Carries out every step of the Dockerfile, the download of packages among them, and says how large its files are. */
export async function measureImage(write: (text: string) => void): Promise<void> {
  const obstacle = whyNoContainers();
  if (obstacle !== null) throw new Error(`the steps cannot be carried out here: ${obstacle}`);
  const folder = await mkdtemp(join(tmpdir(), "syncline-image-"));
  try {
    chmodSync(folder, 0o755);
    const { root } = await buildImage({ context: ROOT, folder, say: (text) => write(`${text}\n`) });
    const sizes = execFileSync("du", ["-sh", ...PARTS.map((part) => root.pathOf(part))], {
      encoding: "utf8",
    });
    write(
      sizes
        .split("\n")
        .map((line, index) => `${line.split("\t")[0] ?? ""}  ${PARTS[index] ?? ""}`.trim())
        .join("\n"),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
