export * from "./kill-points.ts";
