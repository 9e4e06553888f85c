import { createRoot } from "react-dom/client";
import { SessionProvider, useSession } from "./session.jsx";
import { SignIn } from "./SignIn.jsx";
import { Tasks } from "./Tasks.jsx";
import "./style.css";

function Page() {
  const { loading, user } = useSession();
  if (loading) {
    return null;
  }
  return user ? <Tasks key={user.id} user={user} /> : <SignIn />;
}

createRoot(document.getElementById("root")).render(
  <SessionProvider>
    <Page />
  </SessionProvider>,
);
