import "jsr:@supabase/functions-js/edge-runtime.d.ts";
import { greeting } from "../_shared/words.ts";

interface Asked {
  name?: string;
}

console.log("hello begins");

Deno.serve(async (request: Request) => {
  const { name }: Asked = await request.json().catch(() => ({}));
  EdgeRuntime.waitUntil(Promise.reject(new Error("nobody waits for this")));
  return Response.json({
    message: `${greeting()}, ${name ?? "world"}!`,
    plain: Deno.env.get("PLAIN"),
    url: Deno.env.get("SUPABASE_URL"),
    anon: Deno.env.get("SUPABASE_ANON_KEY"),
    unknown: Deno.env.get("NOT_SET") ?? null,
    secret: Deno.env.get("SECRET") ?? null,
  });
});
