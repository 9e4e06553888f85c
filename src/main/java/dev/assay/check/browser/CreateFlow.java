package dev.assay.check.browser;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.PlaywrightException;
import dev.assay.experiment.Contract.Resource;

/** What a user enters is on the page, is saved, and is still there after a reload. */
record CreateFlow(Person person, Resource resource, SavedRows rows) implements Flow {
    @Override
    public void walk(Visit visit) throws InterruptedException {
        Screen screen = visit.window("user");
        screen.open("/");
        screen.enter(person.email(), person.password());
        Locator field = screen.needField(resource.text());
        String text = person.something();
        screen.submit(field, text);
        boolean shown = screen.sees(screen.text(text)) || screen.fieldsWith(text) > (held(field, text) ? 1 : 0);
        visit.probe()
                .expect(
                        shown,
                        "what the user enters under \"" + resource.text() + "\" does not appear on the page",
                        "\"" + text + "\" on the page",
                        shown ? "" : screen.controls());
        boolean saved = saved(screen, text);
        visit.probe()
                .expect(
                        saved,
                        "what the user enters under \"" + resource.text() + "\" is not saved",
                        "a row with \"" + text + "\" in " + tables(),
                        "no such row");
        if (!shown && !saved) {
            return;
        }
        screen.reload();
        screen.reenter(person.email(), person.password());
        boolean there = screen.shows(text);
        visit.probe()
                .expect(
                        there,
                        "what the user entered under \"" + resource.text() + "\" is gone after a reload",
                        "\"" + text + "\" on the page",
                        there ? "" : screen.controls());
    }

    private boolean saved(Screen screen, String text) throws InterruptedException {
        boolean[] interrupted = new boolean[1];
        boolean saved = screen.until(() -> {
            try {
                return rows.hold(text);
            } catch (InterruptedException e) {
                interrupted[0] = true;
                return true;
            }
        });
        if (interrupted[0]) {
            throw new InterruptedException();
        }
        return saved;
    }

    private boolean held(Locator field, String text) {
        try {
            return field.count() > 0 && field.inputValue().equals(text);
        } catch (PlaywrightException e) {
            return false; // not an input but something else to type into
        }
    }

    private String tables() {
        return rows.tables().isEmpty() ? "a table for " + resource.table() : String.join(" or ", rows.tables());
    }
}
