// A chat over the real supabase-js: what one window says, the others hear by postgres_changes.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const client = readFileSync("node_modules/@supabase/supabase-js/dist/umd/supabase.js");
const page = `<!doctype html>
<html lang="en"><head><title>Chat</title><link rel="icon" href="data:,"><script src="/supabase.js"></script></head>
<body><main id="main"></main><script>
const db = supabase.createClient(${JSON.stringify(process.env.SUPABASE_URL)}, ${JSON.stringify(process.env.SUPABASE_ANON_KEY)});
const main = document.getElementById("main");
function form(message) {
  main.innerHTML = '<h1>Chat</h1><form><label for="email">Email</label> <input id="email"> <label for="password">Password</label>'
    + ' <input id="password" type="password"><button>Sign in</button></form><p role="alert"></p>';
  main.querySelector("p").textContent = message;
  main.querySelector("form").onsubmit = async (event) => {
    event.preventDefault();
    const { error } = await db.auth.signInWithPassword({
      email: document.getElementById("email").value, password: document.getElementById("password").value });
    if (error) return form(error.message);
    await room();
  };
}
function show(message) {
  if (document.getElementById("m" + message.id)) return;
  const line = document.createElement("li");
  line.id = "m" + message.id;
  line.textContent = message.body;
  document.getElementById("messages").append(line);
}
async function room() {
  main.innerHTML = '<h1>Chat</h1><button id="out">Sign out</button><form><label for="said">Message</label> <input id="said">'
    + ' <button>Send</button></form><ul id="messages"></ul>';
  document.getElementById("out").onclick = async () => { await db.removeAllChannels(); await db.auth.signOut(); form(""); };
  main.querySelector("form").onsubmit = async (event) => {
    event.preventDefault();
    const field = document.getElementById("said");
    await db.from("messages").insert({ body: field.value });
    field.value = "";
  };
  db.channel("room").on("postgres_changes", { event: "INSERT", schema: "public", table: "messages" },
    (change) => show(change.new)).subscribe();
  for (const message of (await db.from("messages").select().order("id")).data ?? []) show(message);
}
db.auth.getSession().then(({ data }) => (data.session ? room() : form("")));
</script></body></html>`;

createServer((request, response) => {
  const script = request.url === "/supabase.js";
  response.writeHead(200, { "content-type": script ? "text/javascript" : "text/html; charset=utf-8" });
  response.end(script ? client : page);
}).listen(process.env.PORT, "127.0.0.1");
