import { useCallback, useEffect, useState } from "react";
import { client } from "./client.js";

/** The first group of a user with its live projects. */
async function fetchGroup(user) {
  const { data, error } = await client
    .from("group_members")
    .select("member_role, groups(group_id, group_name, projects(project_id, project_name, archived_at))")
    .eq("user_id", user.id)
    .limit(1);
  if (error) {
    throw new Error(error.message);
  }
  return data[0] ? { role: data[0].member_role, ...data[0].groups } : null;
}

export function Projects({ user }) {
  const [group, setGroup] = useState(null);
  const [name, setName] = useState("");
  const [problem, setProblem] = useState("");

  const refresh = useCallback(async () => {
    try {
      setGroup(await fetchGroup(user));
      setProblem("");
    } catch (error) {
      setProblem(error.message);
    }
  }, [user]);

  useEffect(() => {
    refresh();
  }, [refresh]);

  /** Writes, then shows what the database holds. */
  async function write(query) {
    const { error } = await query;
    if (error) {
      setProblem(error.message);
      return false;
    }
    await refresh();
    return true;
  }

  async function add(event) {
    event.preventDefault();
    const project = { project_name: name.trim(), group_id: group.group_id };
    if (project.project_name && (await write(client.from("projects").insert(project)))) {
      setName("");
    }
  }

  const archive = (project) =>
    write(
      client
        .from("projects")
        .update({ archived_at: new Date().toISOString() })
        .eq("project_id", project.project_id),
    );

  const live = (group?.projects ?? []).filter((project) => !project.archived_at);
  const edits = group && group.role !== "viewer";

  return (
    <main>
      <nav>
        <h1>{group?.group_name ?? "Your projects"}</h1>
        <button type="button" onClick={() => client.auth.signOut()}>
          Sign out
        </button>
      </nav>
      {edits && (
        <form className="add" onSubmit={add}>
          <label htmlFor="name">New project</label>
          <input id="name" value={name} maxLength={200} onChange={(event) => setName(event.target.value)} />
          <button type="submit">Add</button>
        </form>
      )}
      {problem && <p role="alert">{problem}</p>}
      <ul>
        {live.map((project) => (
          <li key={project.project_id}>
            <span>{project.project_name}</span>
            {edits && (
              <button aria-label={`Archive ${project.project_name}`} onClick={() => archive(project)}>
                ×
              </button>
            )}
          </li>
        ))}
      </ul>
    </main>
  );
}
