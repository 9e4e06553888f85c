import { Application } from "https://deno.land.invalid/x/oak@v12.0.0/mod.ts";

Deno.serve(() => new Response(String(Application)));
