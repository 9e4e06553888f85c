let calls = 0;
Deno.serve((request) => {
  if (new URL(request.url).searchParams.has("exit")) {
    console.error("about to leave");
    Deno.exit(3);
  }
  return Response.json({ calls: ++calls });
});
