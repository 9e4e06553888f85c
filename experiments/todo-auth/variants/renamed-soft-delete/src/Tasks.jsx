import { useCallback, useEffect, useState } from "react";
import { client } from "./client.js";

/** Tasks that are not marked as deleted, newest first. */
async function fetchTasks() {
  const { data, error } = await client
    .from("tasks")
    .select("task_id, label, completed_at")
    .is("deleted_at", null)
    .order("created_at", { ascending: false });
  if (error) {
    throw new Error(error.message);
  }
  return data;
}

export function Tasks({ user }) {
  const [tasks, setTasks] = useState([]);
  const [label, setLabel] = useState("");
  const [problem, setProblem] = useState("");
  const [undoable, setUndoable] = useState(null);

  const refresh = useCallback(async () => {
    try {
      setTasks(await fetchTasks());
      setProblem("");
    } catch (error) {
      setProblem(error.message);
    }
  }, []);

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

  const change = (task, values) => write(client.from("tasks").update(values).eq("task_id", task.task_id));

  async function add(event) {
    event.preventDefault();
    if (label.trim() && (await write(client.from("tasks").insert({ label: label.trim(), created_by: user.id })))) {
      setLabel("");
    }
  }

  async function remove(task) {
    if (await change(task, { deleted_at: new Date().toISOString() })) {
      setUndoable(task);
    }
  }

  async function undo() {
    if (await change(undoable, { deleted_at: null })) {
      setUndoable(null);
    }
  }

  return (
    <main>
      <nav>
        <h1>Your tasks</h1>
        <button type="button" onClick={() => client.auth.signOut()}>
          Sign out
        </button>
      </nav>
      <form className="add" onSubmit={add}>
        <label htmlFor="label">New todo</label>
        <input id="label" value={label} maxLength={500} onChange={(event) => setLabel(event.target.value)} />
        <button type="submit">Add</button>
      </form>
      {problem && <p role="alert">{problem}</p>}
      {undoable && (
        <p role="status">
          Deleted "{undoable.label}". <button onClick={undo}>Undo</button>
        </p>
      )}
      <ul>
        {tasks.map((task) => (
          <li key={task.task_id} className={task.completed_at ? "completed" : ""}>
            <button
              aria-pressed={Boolean(task.completed_at)}
              aria-label={`Done: ${task.label}`}
              onClick={() => change(task, { completed_at: task.completed_at ? null : new Date().toISOString() })}
            >
              {task.completed_at ? "✓" : "○"}
            </button>
            <span>{task.label}</span>
            <button aria-label={`Delete ${task.label}`} onClick={() => remove(task)}>
              ×
            </button>
          </li>
        ))}
      </ul>
    </main>
  );
}
