import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasNginx, writeNginxConfig } from "../nginx/run-nginx.ts";
import { type CheckResult, runTool } from "./check.ts";

const REPLICAS = ["127.0.0.1:8271", "127.0.0.1:8272"];

export function checkNginx(): CheckResult[] {
  const name = "nginx -t";
  if (!hasNginx()) return [{ name, state: "skipped", output: '"nginx" is not installed' }];
  const folder = mkdtempSync(join(tmpdir(), "syncline-nginx-check-"));
  try {
    const config = writeNginxConfig({ folder, replicas: REPLICAS, port: 8443, plainPort: 8080 });
    const result = runTool({ name, argv: ["nginx", "-t", "-c", config, "-e", "stderr"] });
    const warns = result.output.includes("[warn]");
    return [
      { ...result, state: warns ? "FAILED" : result.state, output: result.output.replaceAll(folder, "…") },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
