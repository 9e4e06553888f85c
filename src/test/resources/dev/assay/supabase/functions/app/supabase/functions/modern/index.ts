import "@supabase/functions-js/edge-runtime.d.ts";
import { createClient } from "supabase";
import { encodeHex } from "jsr:@std/encoding@1/hex";
import { greeting } from "words/words.ts";

export default {
  fetch(request: Request): Response {
    return new Response(`${typeof createClient} ${encodeHex("a")} ${greeting()} ${new URL(request.url).pathname}`);
  },
};
