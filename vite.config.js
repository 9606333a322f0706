// Builds the face's one bundle into build/face, with a gzip copy beside each file; scripts/build_front.py
// then puts it in the place of the one that is served.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { defineConfig } from "vite";

const front = resolve(import.meta.dirname, "src/yiben/web/front");
const built = resolve(import.meta.dirname, "build/face");

/** WhiteNoise serves the .gz twin of a file to every browser that takes it. */
function gzipTwins() {
  return {
    name: "gzip-twins",
    closeBundle() {
      for (const entry of readdirSync(built, { recursive: true, withFileTypes: true })) {
        if (entry.isFile() && /\.(js|css|svg)$/.test(entry.name)) {
          const path = join(entry.parentPath, entry.name);
          writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
        }
      }
    },
  };
}

export default defineConfig({
  root: front,
  base: "/static/built/",
  publicDir: false,
  logLevel: "warn",
  build: {
    outDir: built,
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2020",
    modulePreload: false,
    chunkSizeWarningLimit: 1200,
    rollupOptions: { input: { main: join(front, "main.js") } },
  },
  plugins: [gzipTwins()],
});
