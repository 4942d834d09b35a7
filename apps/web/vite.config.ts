import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { precompress } from "./build/precompress.ts";

/** Where `vite dev` finds a running server. */
const server = process.env["SYNCLINE_URL"] ?? "http://127.0.0.1:8270";

export default defineConfig({
  plugins: [react(), precompress()],
  build: {
    target: "es2023",
    outDir: "dist",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    host: "127.0.0.1",
    proxy: {
      "/api": { target: server, changeOrigin: true, headers: { Origin: server } },
      "/openapi.json": server,
      "/docs": server,
    },
  },
});
