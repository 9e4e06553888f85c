type Handler = (request: Request, info: Deno.ServeHandlerInfo) => Response | Promise<Response>;

export function serve(handler: Handler, options: { onError?: (error: unknown) => Response | Promise<Response> } = {}) {
  return Deno.serve({ onError: options.onError }, handler).finished;
}
