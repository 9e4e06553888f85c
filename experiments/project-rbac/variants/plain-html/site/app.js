"use strict";

const client = supabase.createClient(window.project.url, window.project.anonKey);
const byId = (id) => document.getElementById(id);
const signIn = byId("sign-in");
const home = byId("home");
const add = byId("add");
const list = byId("projects");
const message = byId("message");
let userId = null;
let organization = null;

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

function show(project) {
  const item = document.createElement("li");
  const open = project.tasks.filter((task) => task.state === "open").length;
  item.textContent = open ? `${project.title} (${open} open)` : project.title;
  list.append(item);
}

async function load() {
  const asker = userId;
  const mine = await client
    .from("organization_members")
    .select("role, organizations (id, title, projects (id, title, tasks (state)))")
    .eq("user_id", asker)
    .order("id")
    .limit(1)
    .maybeSingle();
  if (asker !== userId) {
    return; // someone else signed in meanwhile
  }
  if (mine.error) {
    say(mine.error.message);
    return;
  }
  organization = mine.data?.organizations ?? null;
  byId("organization").textContent = organization?.title ?? "You are in no organization yet";
  add.hidden = !organization || mine.data.role === "viewer";
  list.replaceChildren();
  organization?.projects.forEach(show);
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
  add.hidden = true;
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
    const answer = await client
      .from("projects")
      .insert({ title, organization_id: organization.id })
      .select("id, title, tasks (state)")
      .single();
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
