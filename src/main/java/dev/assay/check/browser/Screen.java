package dev.assay.check.browser;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import com.microsoft.playwright.TimeoutError;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.WaitForSelectorState;
import com.microsoft.playwright.options.WaitUntilState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/** One window as a person sees it: fields by their labels, buttons by their names, texts. Waits for states only. */
final class Screen {
    private static final Pattern SIGN_IN = named("(sign|log)[ -]?in");
    private static final Pattern SIGN_OUT = named("(sign|log)[ -]?out");
    private static final Pattern SAVE =
            Pattern.compile("^\\W*(add|create|save|send|post|submit|new|publish|share)\\b", Pattern.CASE_INSENSITIVE);
    private static final String FIELDS = "input, textarea, [contenteditable=true], [role=textbox]";

    private final Page page;
    private final String origin;
    private final Visit visit;

    Screen(Page page, String origin, Visit visit) {
        this.page = page;
        this.origin = origin;
        this.visit = visit;
    }

    Page page() {
        return page;
    }

    /** For how long one thing may be waited for now, in milliseconds. */
    double patience() {
        return visit.patience();
    }

    /** Goes to a page of the app; what is on it is waited for by those who ask for it. */
    void open(String path) {
        page.navigate(
                origin + path,
                new Page.NavigateOptions().setWaitUntil(WaitUntilState.COMMIT).setTimeout(visit.patience()));
    }

    void reload() {
        page.reload(new Page.ReloadOptions().setWaitUntil(WaitUntilState.COMMIT).setTimeout(visit.patience()));
    }

    /** The field with that label. */
    Locator field(String label) {
        return visible(page.getByLabel(label).and(page.locator(FIELDS)));
    }

    Locator password() {
        return field("Password");
    }

    Locator signOut() {
        return visible(page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(SIGN_OUT))
                .or(page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName(SIGN_OUT)))
                .or(page.getByRole(AriaRole.MENUITEM, new Page.GetByRoleOptions().setName(SIGN_OUT))));
    }

    Locator text(String text) {
        return visible(page.getByText(text));
    }

    /** Waits until it is there. */
    boolean sees(Locator what) {
        return reaches(what, WaitForSelectorState.VISIBLE);
    }

    /** Waits until it is gone. */
    boolean losesSightOf(Locator what) {
        return reaches(what, WaitForSelectorState.HIDDEN);
    }

    /** Waits until the text is there, also as what a field of a list holds. */
    boolean shows(String text) {
        return sees(text(text)) || fieldsWith(text) > 0;
    }

    /** How many fields hold that text. */
    int fieldsWith(String text) {
        int holding = 0;
        for (Locator field : page.locator("input:visible, textarea:visible").all()) {
            if (field.inputValue(new Locator.InputValueOptions().setTimeout(visit.patience()))
                    .equals(text)) {
                holding++;
            }
        }
        return holding;
    }

    /** Waits until the field is there, or ends the flow with what is there in its place. */
    Locator needField(String label) {
        Locator field = field(label);
        if (!sees(field)) {
            throw new Blocked(
                    "the page has no field labelled \"" + label + "\"",
                    "a field labelled \"" + label + "\"",
                    controls());
        }
        return field;
    }

    /** Fills in the sign-in form and sends it; what comes of it is not waited for. */
    void signIn(String email, String password) {
        Locator emailField = needField("Email");
        Locator passwordField = needField("Password");
        emailField.fill(email, new Locator.FillOptions().setTimeout(visit.patience()));
        passwordField.fill(password, new Locator.FillOptions().setTimeout(visit.patience()));
        Locator form = formOf(passwordField);
        Locator inForm = visible(form.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(SIGN_IN)));
        Locator anywhere = visible(page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(SIGN_IN)));
        if (!sees(anywhere)) {
            throw new Blocked("the sign-in form has no button \"Sign in\"", "a button named \"Sign in\"", controls());
        }
        click(inForm.count() > 0 ? inForm : anywhere);
    }

    /** Signs in, or ends the flow. */
    void enter(String email, String password) {
        signIn(email, password);
        if (!sees(signOut())) {
            throw new Blocked(
                    "a user who signs in with the right password does not get in", "a button \"Sign out\"", controls());
        }
    }

    /** After a reload: signs in once more where the session was not kept, as that is the login flow's to say. */
    void reenter(String email, String password) {
        Locator either = visible(signOut().or(password()));
        if (sees(either) && signOut().count() == 0) {
            enter(email, password);
        }
    }

    /** Types into a field and sends the form that it is in, by its button or by Enter. */
    void submit(Locator field, String text) {
        field.fill(text, new Locator.FillOptions().setTimeout(visit.patience()));
        Locator form = formOf(field);
        List<Locator> candidates = new ArrayList<>();
        candidates.add(visible(form.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(SAVE))));
        candidates.add(visible(form.locator("button[type=submit], button:not([type]), input[type=submit]")));
        if (form.count() == 0) {
            candidates.add(visible(page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(SAVE))));
        }
        for (Locator candidate : candidates) {
            if (candidate.count() > 0) {
                click(candidate);
                return;
            }
        }
        field.press("Enter", new Locator.PressOptions().setTimeout(visit.patience()));
    }

    void click(Locator what) {
        what.click(new Locator.ClickOptions().setTimeout(visit.patience()));
    }

    /** Waits, while the page goes on, until something outside of it holds. */
    boolean until(BooleanSupplier state) {
        double patience = visit.patience();
        long deadline = System.nanoTime() + (long) (patience * 1_000_000);
        while (!state.getAsBoolean()) {
            if (System.nanoTime() >= deadline) {
                return false;
            }
            page.waitForTimeout(100); // between two looks; the page's events go on
        }
        return true;
    }

    /** What can be used on the page, for people. */
    String controls() {
        String snapshot;
        try {
            snapshot = page.locator("body").ariaSnapshot(new Locator.AriaSnapshotOptions().setTimeout(3_000));
        } catch (PlaywrightException e) {
            return "a page that does not respond, at " + page.url();
        }
        List<String> controls = snapshot.lines()
                .map(line -> line.strip().replaceFirst("^- ", ""))
                .filter(line -> line.matches("'?(textbox|searchbox|button|heading|alert|link).*"))
                .limit(12)
                .toList();
        String shown = controls.isEmpty() ? "nothing to use" : String.join(", ", controls);
        return shown + " at " + page.url();
    }

    private boolean reaches(Locator what, WaitForSelectorState state) {
        try {
            what.waitFor(new Locator.WaitForOptions().setState(state).setTimeout(visit.patience()));
            return true;
        } catch (TimeoutError e) {
            return false;
        }
    }

    private static Locator formOf(Locator field) {
        return field.locator("xpath=ancestor::form[1]");
    }

    private static Locator visible(Locator what) {
        return what.filter(new Locator.FilterOptions().setVisible(true)).first();
    }

    private static Pattern named(String name) {
        return Pattern.compile("^\\W*" + name + "\\W*$", Pattern.CASE_INSENSITIVE);
    }
}
