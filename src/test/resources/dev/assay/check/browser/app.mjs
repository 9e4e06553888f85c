// A todo app with a stand-in for Supabase in one server. $MUTANT names the one thing that is wrong with it.
import { createServer } from "node:http";
import { randomUUID } from "node:crypto";

const mutant = process.env.MUTANT ?? "";
const users = new Map();
const sessions = new Map();
const todos = [];
const listeners = new Set();

const page = `<!doctype html>
<html lang="en"><head><title>Todos</title>${
  mutant === "redirect-in-page" ? "<script>location.replace('/?' + Math.random())</script>" : ""
}</head><body><main id="main"></main><script>
const mutant = ${JSON.stringify(mutant)};
const main = document.getElementById("main");
const store = mutant === "session-lost" ? {} : localStorage;
let items = [];
const call = (method, path, body) => fetch(path, {
  method,
  headers: { "content-type": "application/json", authorization: "Bearer " + (store.token ?? "") },
  body: body && JSON.stringify(body),
});
const list = () => "<ul>" + items.map((item) => "<li>" + item + "</li>").join("") + "</ul>";
function form(message = "") {
  const labels = mutant === "no-labels"
    ? '<input id="email" placeholder="Email"> <input id="password" type="password" placeholder="Password">'
    : '<label for="email">Email</label> <input id="email"> <label for="password">Password</label> <input id="password" type="password">';
  main.innerHTML = "<h1>Todos</h1><form>" + labels
    + '<button value="in">Sign in</button> <button value="up">Sign up</button></form><p role="alert">' + message + "</p>"
    + (mutant === "data-stays" ? list() : "");
  main.querySelector("form").onsubmit = async (event) => {
    event.preventDefault();
    const body = { email: document.getElementById("email").value, password: document.getElementById("password").value };
    const answer = await call("POST", "/auth/v1/token?grant_type=password", body);
    if (!answer.ok) {
      return form("Invalid login credentials");
    }
    store.token = (await answer.json()).access_token;
    await home();
  };
}
async function home() {
  if (mutant !== "no-redirect") {
    items = await (await call("GET", "/todos")).json();
  }
  main.innerHTML = '<h1>Todos</h1><button id="out">Sign out</button><form><label for="todo">New todo</label>'
    + '<input id="todo"> <button>Add</button></form><div id="list"></div>';
  document.getElementById("list").innerHTML = list();
  document.getElementById("out").onclick = () => {
    delete store.token;
    call("POST", "/auth/v1/logout");
    form();
  };
  main.querySelector("form").onsubmit = async (event) => {
    event.preventDefault();
    const field = document.getElementById("todo");
    const title = field.value;
    if (mutant === "dialog" && !confirm("Really add it?")) {
      return;
    }
    if (mutant === "create-does-nothing") {
      return;
    }
    if (mutant !== "optimistic") {
      await call("POST", "/todos", { title });
    }
    items.push(title);
    field.value = "";
    document.getElementById("list").innerHTML = list();
  };
  if (mutant !== "no-realtime") {
    new EventSource("/changes").onmessage = (event) => {
      if (!items.includes(event.data)) {
        items.push(event.data);
        document.getElementById("list").innerHTML = list();
      }
    };
  }
}
if (mutant === "covered") {
  const notice = document.createElement("dialog");
  notice.textContent = "We use cookies.";
  notice.oncancel = (event) => event.preventDefault();
  document.body.append(notice);
  notice.showModal();
}
if (mutant === "memory") {
  for (const all = []; ; ) all.push(new Array(1e6).fill({}));
}
if (mutant === "dialog-loop") {
  for (;;) alert("You have won");
}
if (mutant === "busy-loop") {
  setTimeout(() => { for (;;); }, 200);
}
if (mutant === "console-flood") {
  setInterval(() => { for (let i = 0; i < 500; i++) console.error("flood " + i); }, 1);
}
if (mutant === "popups") {
  setInterval(() => window.open("/"), 1);
}
if (mutant === "throws") {
  throw new Error("the app is broken");
}
if (store.token || mutant === "no-redirect") home(); else form();
</script></body></html>`;

const read = async (request) => {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text ? JSON.parse(text) : {};
};

const server = createServer(async (request, response) => {
  const url = new URL(request.url, "http://app");
  const token = (request.headers.authorization ?? "").replace("Bearer ", "");
  const answer = (status, body) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  };
  const session = (user) => {
    const access_token = randomUUID();
    sessions.set(access_token, user.id);
    return { access_token, refresh_token: randomUUID(), user: { id: user.id } };
  };
  if (url.pathname === "/auth/v1/signup") {
    const user = { ...(await read(request)), id: randomUUID() };
    users.set(user.email, user);
    return answer(200, session(user));
  }
  if (url.pathname === "/auth/v1/token") {
    const { email, password } = await read(request);
    const user = users.get(email);
    return user?.password === password ? answer(200, session(user)) : answer(400, { message: "no" });
  }
  if (url.pathname === "/auth/v1/logout") {
    return answer(204);
  }
  if (url.pathname === "/rest/v1/todos") {
    return request.headers.apikey === "service" ? answer(200, todos) : answer(401, {});
  }
  if (url.pathname === "/todos") {
    const user = sessions.get(token);
    if (request.method === "GET") {
      return answer(200, todos.filter((todo) => todo.user_id === user).map((todo) => todo.title));
    }
    const { title } = await read(request);
    todos.push({ title, user_id: user });
    listeners.forEach((listener) => listener.write(`data: ${title}\n\n`));
    return answer(201);
  }
  if (url.pathname === "/changes") {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(":\n\n");
    return listeners.add(response);
  }
  if (url.pathname === "/favicon.ico") {
    return answer(404);
  }
  const person = (request.headers["user-agent"] ?? "").includes("Chrom");
  if (mutant === "never-answers" && person) {
    return;
  }
  if (mutant === "redirect-loop" && person) {
    response.writeHead(302, { location: "/" });
    return response.end();
  }
  response.writeHead(200, { "content-type": "text/html" });
  if (mutant === "never-ends" && person) {
    return response.write(page);
  }
  if (mutant === "huge" && person) {
    response.write(page);
    for (let i = 0; i < 300; i++) response.write("<p>todo</p>".repeat(10_000));
  }
  response.end(page);
});
server.listen(Number(process.env.PORT), "127.0.0.1");
