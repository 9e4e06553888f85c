import { createClient } from "https://esm.sh/@supabase/supabase-js@2.119.0";
import { decodeHex } from "jsr:@std/encoding@1/hex";

const refuse = (status: number, error: string) => Response.json({ error }, { status });

async function signed(body: string, signature: string): Promise<boolean> {
  const secret = new TextEncoder().encode(Deno.env.get("WEBHOOK_SECRET")!);
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  try {
    return await crypto.subtle.verify("HMAC", key, decodeHex(signature), new TextEncoder().encode(body));
  } catch {
    return false;
  }
}

Deno.serve(async (request) => {
  const body = await request.text();
  if (!await signed(body, request.headers.get("x-signature") ?? "")) {
    return refuse(401, "bad signature");
  }
  let event: { id?: string; type?: string };
  try {
    event = JSON.parse(body);
  } catch {
    return refuse(400, "not JSON");
  }
  if (!event.id || !event.type) {
    return refuse(422, "id and type are needed");
  }
  const supabase = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!);
  const { error } = await supabase
    .from("payment_events")
    .upsert({ id: event.id, type: event.type }, { onConflict: "id", ignoreDuplicates: true });
  return error ? refuse(500, error.message) : Response.json({ received: true });
});
