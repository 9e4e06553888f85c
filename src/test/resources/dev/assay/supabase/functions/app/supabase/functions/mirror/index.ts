Deno.serve({ port: 4711, hostname: "0.0.0.0" }, async (request) => {
  const url = new URL(request.url);
  const status = Number(url.searchParams.get("status") ?? 200);
  const body = await request.text();
  const answer = JSON.stringify({
    method: request.method,
    path: url.pathname,
    search: url.search,
    headers: Object.fromEntries(request.headers),
    length: body.length,
    body: body.slice(0, 1000),
  });
  const headers = new Headers({ "content-type": url.searchParams.get("type") ?? "application/json", "x-own": "yes" });
  headers.append("set-cookie", "a=1");
  headers.append("set-cookie", "b=2");
  return new Response(status === 204 ? null : answer, { status, headers });
});
