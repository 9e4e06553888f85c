Deno.serve(() => {
  const held: unknown[] = [];
  while (true) {
    held.push(Array.from({ length: 10000 }, (_, i) => ({ i })));
  }
});
