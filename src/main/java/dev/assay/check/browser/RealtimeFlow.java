package dev.assay.check.browser;

import com.microsoft.playwright.Locator;
import dev.assay.experiment.Contract.Resource;
import java.util.concurrent.atomic.AtomicBoolean;

/** Two windows of the same user: what is entered in one appears in the other without a reload. */
record RealtimeFlow(Person person, Resource resource) implements Flow {
    @Override
    public void walk(Visit visit) {
        Screen first = visit.window("a");
        first.open("/");
        first.enter(person.email(), person.password());
        Locator field = first.needField(resource.text());

        Screen second = visit.window("b");
        AtomicBoolean subscribed = new AtomicBoolean();
        second.page()
                .onWebSocket(socket -> socket.onFrameReceived(frame -> {
                    // The server's word that changes are being sent from now on.
                    if (frame.text() != null && frame.text().contains("Subscribed to PostgreSQL")) {
                        subscribed.set(true);
                    }
                }));
        second.open("/");
        second.enter(person.email(), person.password());
        second.needField(resource.text());
        // An app that syncs in another way says nothing of the kind, and is looked at all the same.
        long deadline = System.nanoTime() + (long) (second.patience() / 2 * 1_000_000);
        second.until(() -> subscribed.get() || System.nanoTime() - deadline >= 0);

        String text = person.something();
        first.submit(field, text);
        boolean here = first.shows(text);
        visit.probe()
                .expect(
                        here,
                        "what the user enters under \"" + resource.text() + "\" does not appear on the page",
                        "\"" + text + "\" on the page",
                        here ? "" : first.controls());
        boolean there = here && second.shows(text);
        visit.probe()
                .expect(
                        there,
                        "what is entered in one window does not appear in another without a reload",
                        "\"" + text + "\" in both windows",
                        there ? "" : second.controls());
    }
}
