// Puts the site together: the files as they are, the client library, and whom to talk to.
import { cp, mkdir, rm, writeFile } from "node:fs/promises";

const url = process.env.VITE_SUPABASE_URL;
const anonKey = process.env.VITE_SUPABASE_ANON_KEY;
if (!url || !anonKey) {
  console.error("error: set VITE_SUPABASE_URL and VITE_SUPABASE_ANON_KEY, then build again");
  process.exit(1);
}

await rm("dist", { recursive: true, force: true });
await mkdir("dist");
await cp("site", "dist", { recursive: true });
await cp("node_modules/@supabase/supabase-js/dist/umd/supabase.js", "dist/supabase.js");
await writeFile("dist/config.js", `window.project = ${JSON.stringify({ url, anonKey })};\n`);
console.log("dist/ is ready");
