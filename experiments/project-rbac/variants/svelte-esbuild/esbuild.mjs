import { cp } from "node:fs/promises";
import { parseArgs } from "node:util";
import esbuild from "esbuild";
import sveltePlugin from "esbuild-svelte";

const { values } = parseArgs({
  options: { serve: { type: "boolean", default: false }, port: { type: "string", default: "4173" } },
});

if (values.serve) {
  const context = await esbuild.context({});
  const { port } = await context.serve({
    host: "127.0.0.1",
    port: Number(values.port),
    servedir: "dist",
    fallback: "dist/index.html",
  });
  console.log(`serving http://127.0.0.1:${port}/`);
} else {
  const define = {};
  for (const name of ["VITE_SUPABASE_URL", "VITE_SUPABASE_ANON_KEY"]) {
    if (!process.env[name]) {
      throw new Error(`${name} is not set`);
    }
    define[`process.env.${name}`] = JSON.stringify(process.env[name]);
  }
  await esbuild.build({
    entryPoints: ["src/main.js"],
    outdir: "dist",
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    mainFields: ["svelte", "browser", "module", "main"],
    conditions: ["svelte", "browser"],
    define,
    plugins: [sveltePlugin({ compilerOptions: { css: "external" } })],
    logLevel: "info",
  });
  await cp("public", "dist", { recursive: true });
}
