"use strict";

const client = supabase.createClient(window.project.url, window.project.anonKey);
const byId = (id) => document.getElementById(id);
const signIn = byId("sign-in");
const home = byId("home");
const add = byId("add");
const list = byId("todos");
const message = byId("message");
let userId = null;

function say(text) {
  message.textContent = text ?? "";
  message.hidden = !text;
}

/** Does something that may fail, with the form's buttons off meanwhile. */
async function busy(form, work) {
  const buttons = form.querySelectorAll("button");
  buttons.forEach((button) => (button.disabled = true));
  say();
  try {
    const { error } = await work();
    if (error) {
      say(error.message);
    }
    return !error;
  } finally {
    buttons.forEach((button) => (button.disabled = false));
  }
}

function show(todo) {
  const item = byId("todo").content.firstElementChild.cloneNode(true);
  const [check] = item.getElementsByTagName("input");
  check.checked = todo.is_done;
  item.querySelector("span").textContent = todo.title;
  check.addEventListener("change", async () => {
    const { error } = await client.from("todos").update({ is_done: check.checked }).eq("id", todo.id);
    if (error) {
      check.checked = !check.checked;
      say(error.message);
    }
  });
  item.querySelector("button").addEventListener("click", async () => {
    if (await busy(item, () => client.from("todos").delete().eq("id", todo.id))) {
      item.remove();
    }
  });
  list.append(item);
}

async function load() {
  const asker = userId;
  const { data, error } = await client.from("todos").select("id, title, is_done").order("id");
  if (asker !== userId) {
    return; // someone else signed in meanwhile
  }
  if (error) {
    say(error.message);
    return;
  }
  list.replaceChildren();
  data.forEach(show);
}

client.auth.onAuthStateChange((_event, session) => {
  signIn.hidden = Boolean(session);
  home.hidden = !session;
  const id = session?.user.id ?? null;
  if (id === userId) {
    return; // a refreshed token changes nothing on the page
  }
  userId = id;
  list.replaceChildren();
  byId("who").textContent = session?.user.email ?? "";
  if (session) {
    setTimeout(load); // the client must not be called from within this callback
  }
});

signIn.addEventListener("submit", async (event) => {
  event.preventDefault();
  const credentials = { email: signIn.elements.email.value.trim(), password: signIn.elements.password.value };
  const up = event.submitter?.value === "up";
  const done = await busy(signIn, () =>
    up ? client.auth.signUp(credentials) : client.auth.signInWithPassword(credentials),
  );
  if (done) {
    signIn.reset();
  }
});

add.addEventListener("submit", async (event) => {
  event.preventDefault();
  const title = add.elements.title.value.trim();
  if (!title) {
    return;
  }
  const done = await busy(add, async () => {
    const answer = await client.from("todos").insert({ title, user_id: userId }).select("id, title, is_done").single();
    if (!answer.error) {
      show(answer.data);
    }
    return answer;
  });
  if (done) {
    add.reset();
  }
});

byId("sign-out").addEventListener("click", () => busy(home, () => client.auth.signOut()));
