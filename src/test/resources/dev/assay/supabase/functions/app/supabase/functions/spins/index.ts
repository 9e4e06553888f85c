Deno.serve(() => {
  while (true) { /* for ever */ }
});
