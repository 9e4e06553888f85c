const cors = { "Access-Control-Allow-Origin": "https://app.example", "Access-Control-Allow-Headers": "authorization" };

Deno.serve((request) =>
  request.method === "OPTIONS" ? new Response("ok", { headers: cors }) : Response.json({ ok: true }, { headers: cors })
);
