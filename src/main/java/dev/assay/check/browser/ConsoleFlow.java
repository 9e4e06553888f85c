package dev.assay.check.browser;

import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.TimeoutError;
import com.microsoft.playwright.options.LoadState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The start page comes up without an error on the console or an exception that nobody catches. */
final class ConsoleFlow implements Flow {
    /** So many messages are listened to: a page that floods the console must not keep us busy. */
    private static final int MOST = 2_000;

    private static final int SHOWN = 10;
    private static final double QUIET = 5_000;

    private final List<String> errors = new ArrayList<>();
    private int messages;

    @Override
    public void walk(Visit visit) {
        Screen screen = visit.window("visitor");
        Page page = screen.page();
        page.onConsoleMessage(new Consumer<>() {
            @Override
            public void accept(ConsoleMessage message) {
                if (++messages >= MOST) {
                    page.offConsoleMessage(this);
                }
                if (message.type().equals("error") && !isFavicon(message)) {
                    errors.add(message.text());
                }
            }
        });
        page.onPageError(error -> {
            if (errors.size() < MOST) {
                errors.add(error);
            }
        });
        screen.open("/");
        boolean loaded = load(page, LoadState.LOAD, visit.patience());
        visit.probe()
                .expect(loaded, "the start page does not finish loading", "a page that is loaded", screen.controls());
        if (loaded) {
            // A page that never stops asking is no fault; it has had its time to fail.
            load(page, LoadState.NETWORKIDLE, Math.min(QUIET, visit.patience()));
        }
        String shown = String.join("\n", errors.subList(0, Math.min(SHOWN, errors.size())));
        visit.probe()
                .expect(
                        errors.isEmpty(),
                        "the start page puts errors on the console: "
                                + (errors.isEmpty()
                                        ? ""
                                        : errors.get(0).lines().findFirst().orElse("")),
                        "no errors",
                        errors.size() + ": " + shown);
    }

    private static boolean isFavicon(ConsoleMessage message) {
        return message.location() != null && message.location().contains("/favicon.ico");
    }

    private static boolean load(Page page, LoadState state, double patience) {
        try {
            page.waitForLoadState(state, new Page.WaitForLoadStateOptions().setTimeout(patience));
            return true;
        } catch (TimeoutError e) {
            return false;
        }
    }
}
