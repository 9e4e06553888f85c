package dev.assay.check.browser;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Response;
import dev.assay.experiment.Contract.Resource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Signing in, staying signed in, and signing out, after which nothing of the user is left on the screen. */
record LoginFlow(Person person, Optional<Resource> resource) implements Flow {
    @Override
    public void walk(Visit visit) {
        Screen screen = visit.window("user");
        screen.open("/");
        wrongPassword(screen, visit);
        screen.enter(person.email(), person.password());

        screen.reload();
        boolean kept = screen.sees(screen.signOut());
        visit.probe()
                .expect(
                        kept,
                        "the session is gone after a reload: the user has to sign in again",
                        "a button \"Sign out\"",
                        kept ? "" : screen.controls());
        if (!kept) {
            screen.reenter(person.email(), person.password());
        }
        String text = put(screen);
        if (!screen.sees(screen.signOut())) {
            throw new Blocked("the user cannot sign out", "a button \"Sign out\"", screen.controls());
        }
        screen.click(screen.signOut());
        boolean form = screen.sees(screen.password());
        visit.probe()
                .expect(
                        form,
                        "signing out does not bring the sign-in form back",
                        "the sign-in form",
                        form ? "" : screen.controls());
        if (!text.isEmpty()) {
            boolean gone = screen.losesSightOf(screen.text(text));
            visit.probe()
                    .expect(
                            gone,
                            "what the user had entered is still on the screen after signing out",
                            "nothing of the user's",
                            gone ? "" : "\"" + text + "\" at " + screen.page().url());
        }
    }

    private void wrongPassword(Screen screen, Visit visit) {
        AtomicBoolean answered = new AtomicBoolean();
        Consumer<Response> listener = response -> {
            if (response.url().contains("/auth/v1/token")) {
                answered.set(true);
            }
        };
        screen.page().onResponse(listener);
        screen.signIn(person.email(), person.password() + "x");
        // The refusal is the state to wait for. An app that asks some other way has that long to let the user in.
        long deadline = System.nanoTime() + (long) (screen.patience() / 4 * 1_000_000);
        screen.until(() -> answered.get() || screen.signOut().count() > 0 || System.nanoTime() - deadline >= 0);
        screen.page().offResponse(listener);
        boolean inside = screen.signOut().count() > 0;
        visit.probe()
                .expect(
                        !inside,
                        "a wrong password signs in",
                        "the sign-in form and no \"Sign out\"",
                        inside ? screen.controls() : "");
        if (inside) {
            throw new Blocked("signing in cannot be told from a wrong password", "a refusal", screen.controls());
        }
    }

    /** Enters something, so that there is something to be gone later; empty where that does not work here. */
    private String put(Screen screen) {
        if (resource.isEmpty()) {
            return "";
        }
        Locator field = screen.field(resource.get().text());
        if (!screen.sees(field)) {
            return ""; // what create-resource has to say
        }
        String text = person.something();
        screen.submit(field, text);
        return screen.sees(screen.text(text)) ? text : "";
    }
}
