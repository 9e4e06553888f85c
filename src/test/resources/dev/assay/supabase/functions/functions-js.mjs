// Each check prints "ok NAME", or "not ok NAME" with why. Arguments: URL, anon key, publishable key, a user's mail and password.
import assert from "node:assert/strict";
import { createClient, FunctionsHttpError, FunctionsRelayError } from "@supabase/supabase-js";

const [url, anonKey, publishableKey] = process.argv.slice(2);
const options = { auth: { persistSession: false, autoRefreshToken: false } };
const anon = createClient(url, anonKey, options);
const opaque = createClient(url, publishableKey, options);
const user = createClient(url, anonKey, options);

async function check(name, body) {
  try {
    await body();
    console.log(`ok ${name}`);
  } catch (error) {
    console.log(`not ok ${name}\n${error.stack}`);
  }
}

await check("JSON goes in and comes out", async () => {
  const { data, error, response } = await anon.functions.invoke("hello", { body: { name: "Ada" } });
  assert.equal(error, null);
  assert.equal(data.message, "Good day, Ada!");
  assert.equal(data.url, url);
  assert.equal(response.status, 200);
});

await check("an opaque key stands for its token", async () => {
  const { data, error } = await opaque.functions.invoke("hello", { body: {} });
  assert.equal(error, null);
  assert.equal(data.message, "Good day, world!");
});

await check("text stays text", async () => {
  const { data } = await anon.functions.invoke("mirror?type=text/plain", { body: "täxt" });
  assert.equal(typeof data, "string");
  assert.equal(JSON.parse(data).body, "täxt");
});

await check("bytes come as a blob", async () => {
  const { data } = await anon.functions.invoke("mirror?type=application/octet-stream", { body: new Uint8Array([104, 105]).buffer });
  assert.ok(data instanceof Blob);
  assert.equal(JSON.parse(await data.text()).body, "hi");
});

await check("a form is a form", async () => {
  const form = new FormData();
  form.set("field", "value");
  const { data } = await anon.functions.invoke("mirror", { body: form });
  assert.match(data.headers["content-type"], /^multipart\/form-data; boundary=/);
  assert.match(data.body, /name="field"\r\n\r\nvalue/);
});

await check("all methods and headers of one's own arrive", async () => {
  for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
    const { data, error } = await anon.functions.invoke("mirror", { method, headers: { "x-mine": "1" } });
    assert.equal(error, null);
    assert.equal(data.method, method);
    assert.equal(data.headers["x-mine"], "1");
    assert.equal(data.headers["authorization"], `Bearer ${anonKey}`);
  }
});

await check("an error of the function's own is an HTTP error with its answer", async () => {
  const { data, error } = await anon.functions.invoke("mirror?status=422", { body: { a: 1 } });
  assert.equal(data, null);
  assert.ok(error instanceof FunctionsHttpError);
  assert.equal(error.context.status, 422);
  assert.equal((await error.context.json()).method, "POST");
});

await check("a token that is not the project's is refused by the relay", async () => {
  const { data, error } = await anon.functions.invoke("hello", { headers: { Authorization: "Bearer a.b.c" } });
  assert.equal(data, null);
  assert.ok(error instanceof FunctionsRelayError);
  assert.equal(error.context.status, 401);
});

await check("a function that does not boot is an HTTP error with its code", async () => {
  const { error } = await anon.functions.invoke("throws");
  assert.ok(error instanceof FunctionsHttpError);
  assert.equal(error.context.status, 503);
  assert.equal((await error.context.json()).code, "BOOT_ERROR");
});

await check("a stream is read as it is written", async () => {
  const { data, error } = await anon.functions.invoke("drip");
  assert.equal(error, null);
  const reader = data.body.getReader();
  const text = new TextDecoder();
  const first = text.decode((await reader.read()).value);
  assert.equal(first, "data: one\n\n");
  await anon.functions.invoke("drip?go");
  let rest = "";
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    rest += text.decode(read.value);
  }
  assert.equal(rest, "data: two\n\n");
});

await check("a signed-in user's token and rights reach the function's own client", async () => {
  const { error: failed } = await user.auth.signUp({ email: `ada-${crypto.randomUUID()}@example.com`, password: "long enough" });
  assert.equal(failed, null);
  await user.from("notes").insert({ text: "hers" }).throwOnError();
  const { data, error } = await user.functions.invoke("legacy");
  assert.equal(error, null);
  assert.equal(data.error, null);
  assert.deepEqual(data.own, [{ text: "hers" }]);
  assert.equal(data.all.length, 2);
  assert.equal(data.coded, "eA==");
});

await check("an abandoned call is given up", async () => {
  const { error } = await anon.functions.invoke("slow", { signal: AbortSignal.timeout(200) });
  assert.notEqual(error, null);
});
