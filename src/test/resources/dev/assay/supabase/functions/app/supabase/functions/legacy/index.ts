import { serve } from "https://deno.land/std@0.168.0/http/server.ts";
import { encode } from "https://deno.land/std@0.168.0/encoding/base64.ts";
import { createClient } from "https://esm.sh/@supabase/supabase-js@2.119.0?target=deno";

serve(async (request) => {
  const asUser = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_ANON_KEY")!, {
    global: { headers: { Authorization: request.headers.get("Authorization")! } },
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const asService = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const own = await asUser.from("notes").select("text");
  const all = await asService.from("notes").select("text");
  return new Response(JSON.stringify({ own: own.data, all: all.data, error: own.error ?? all.error, coded: encode("x") }), {
    headers: { "Content-Type": "application/json" },
  });
});
