import { createRoot } from "react-dom/client";
import { SessionProvider, useSession } from "./session.jsx";
import { SignIn } from "./SignIn.jsx";
import { Projects } from "./Projects.jsx";
import "./style.css";

function Page() {
  const { loading, user } = useSession();
  if (loading) {
    return null;
  }
  return user ? <Projects key={user.id} user={user} /> : <SignIn />;
}

createRoot(document.getElementById("root")).render(
  <SessionProvider>
    <Page />
  </SessionProvider>,
);
