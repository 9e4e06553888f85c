import { useRef, useState } from "react";
import { client } from "./client.js";

export function SignIn() {
  const form = useRef(null);
  const [problem, setProblem] = useState("");

  async function go(how) {
    if (!form.current.reportValidity()) {
      return;
    }
    const fields = new FormData(form.current);
    const { data, error } = await client.auth[how]({ email: fields.get("email"), password: fields.get("password") });
    if (error) {
      setProblem(error.message);
    } else if (!data.session) {
      setProblem("We have sent you a mail; follow its link to go on.");
    }
  }

  return (
    <main>
      <h1>Your projects</h1>
      <form
        ref={form}
        onSubmit={(event) => {
          event.preventDefault();
          go("signInWithPassword");
        }}
      >
        <label htmlFor="address">Email</label>
        <input id="address" name="email" type="email" autoComplete="username" required />
        <label htmlFor="secret">Password</label>
        <input id="secret" name="password" type="password" autoComplete="current-password" minLength={6} required />
        {problem && <p role="alert">{problem}</p>}
        <div className="buttons">
          <button type="submit">Sign in</button>
          <button type="button" onClick={() => go("signUp")}>
            Sign up
          </button>
        </div>
      </form>
    </main>
  );
}
