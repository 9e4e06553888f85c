let goOn: () => void;
const told = new Promise<void>((resolve) => goOn = resolve);

Deno.serve((request) => {
  if (new URL(request.url).searchParams.has("go")) {
    goOn();
    return new Response("told");
  }
  const text = new TextEncoder();
  const body = new ReadableStream({
    async start(controller) {
      controller.enqueue(text.encode("data: one\n\n"));
      await told;
      controller.enqueue(text.encode("data: two\n\n"));
      controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
});
