// Starts one edge function: every server that it opens listens on a free loopback port, which is announced to the
// gateway; what it opens again is its own business. Both styles are served: Deno.serve, and export default { fetch }.
const [entry, word] = Deno.args;
const serve = Deno.serve;
let serving = false;

for (const name of Object.keys(Deno.env.toObject())) {
  if (/^(ASSAY_|DENO_|NO_COLOR$|HOME$|PWD$|PATH$|OLDPWD$|SHLVL$|_$)/.test(name)) {
    Deno.env.delete(name);
  }
}

Deno.serve = (...given) => {
  let handler;
  let options = {};
  for (const one of given) {
    if (typeof one === "function") {
      handler = one;
    } else if (one) {
      options = one;
    }
  }
  handler ??= options.handler;
  serving = true;
  const announce = (address) => {
    console.log(`${word} ${address.port}`);
    options.onListen?.(address);
  };
  const own = { hostname: "127.0.0.1", port: 0, onListen: announce };
  if (options.onError) {
    own.onError = options.onError;
  }
  return serve(own, handler);
};

globalThis.EdgeRuntime = {
  waitUntil(promise) {
    Promise.resolve(promise).catch((error) => console.error(error));
  },
};

const module = await import(entry);
if (!serving && typeof module.default?.fetch === "function") {
  Deno.serve((request) => module.default.fetch(request));
}
if (!serving) {
  console.error("The function serves nothing: it neither calls Deno.serve nor exports default { fetch }.");
  Deno.exit(1);
}
