import { createContext, useContext, useEffect, useState } from "react";
import { client } from "./client.js";

const SessionContext = createContext({ loading: true, user: null });

export const useSession = () => useContext(SessionContext);

/** Knows who is signed in: first what is stored, then every change. */
export function SessionProvider({ children }) {
  const [state, setState] = useState({ loading: true, user: null });

  useEffect(() => {
    let changed = false;
    const { data } = client.auth.onAuthStateChange((event, session) => {
      changed = changed || event !== "INITIAL_SESSION";
      setState({ loading: false, user: session?.user ?? null });
    });
    client.auth.getSession().then((answer) => {
      if (!changed) {
        setState({ loading: false, user: answer.data.session?.user ?? null });
      }
    });
    return () => data.subscription.unsubscribe();
  }, []);

  return <SessionContext value={state}>{children}</SessionContext>;
}
