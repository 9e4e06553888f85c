package dev.assay.check.browser;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Dialog;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import com.microsoft.playwright.TimeoutError;
import com.microsoft.playwright.Tracing;
import com.microsoft.playwright.options.ScreenshotAnimations;
import dev.assay.check.CheckError;
import dev.assay.check.Probe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One check's use of the browser: a window for each person in it, each a context of its own, so that nothing is shared
 * and nothing is left. Dialogs are dismissed, windows that the app opens are closed, and both are told.
 */
final class Visit {
    /** Playwright's word for what is in the way, in the log of the call that it could not do. */
    private static final Pattern COVERED = Pattern.compile("(?m)^[\\s-]*(<.*) intercepts pointer events");

    /** So many dialogs are dismissed; then the app is taken for one that never stops. */
    private static final int MOST_DIALOGS = 20;

    /** So many windows are closed, each of which costs time and memory. */
    private static final int MOST_POPUPS = 5;

    /** Characters of a page's text that are kept. */
    private static final int MOST_TEXT = 50_000;

    /** Bytes of a file that is kept. */
    private static final long MOST_EVIDENCE = 50L << 20;

    private static final Duration MORE_WINDOWS = Duration.ofSeconds(3);

    private static final String WINDOWS_WITHOUT_END = "the page opens one window after another and cannot be used";

    private static final int VIDEO_WIDTH = 800;
    private static final int VIDEO_HEIGHT = 500;

    private final String id;
    private final String origin;
    private final Browser browser;
    private final Probe probe;
    private final Path artifacts;
    private final boolean video;
    private final Bounds bounds;
    private final long deadline;
    private final List<Window> windows = new ArrayList<>();
    private final List<String> dialogs = new ArrayList<>();
    private final AtomicInteger popups = new AtomicInteger();
    private boolean crashed;
    private boolean opening;

    /** A window with its own cookies and storage. */
    private record Window(String name, BrowserContext context, Page page, Consumer<Dialog> onDialog) {}

    Visit(String id, String origin, Browser browser, Probe probe, Path artifacts, boolean video, Bounds bounds) {
        this.id = id;
        this.origin = origin;
        this.browser = browser;
        this.probe = probe;
        this.artifacts = artifacts;
        this.video = video;
        this.bounds = bounds;
        this.deadline = System.nanoTime() + bounds.visit().toNanos();
    }

    Probe probe() {
        return probe;
    }

    /** Opens a window for somebody who was never here; the app's page is not opened yet. */
    Screen window(String name) {
        Browser.NewContextOptions options = new Browser.NewContextOptions().setLocale("en-US");
        if (video) {
            options.setRecordVideoDir(artifacts.resolve("video")).setRecordVideoSize(VIDEO_WIDTH, VIDEO_HEIGHT);
        }
        BrowserContext context = browser.newContext(options);
        context.setDefaultTimeout(bounds.state().toMillis());
        context.setDefaultNavigationTimeout(bounds.state().toMillis());
        context.tracing().start(new Tracing.StartOptions().setScreenshots(true).setSnapshots(true));
        Consumer<Dialog>[] onDialog = holder();
        onDialog[0] = dialog -> dialog(context, onDialog[0], dialog);
        context.onDialog(onDialog[0]);
        context.onPage(this::popup);
        opening = true;
        Page page = context.newPage();
        opening = false;
        page.onCrash(gone -> crashed = true);
        windows.add(new Window(name, context, page, onDialog[0]));
        return new Screen(page, origin, this);
    }

    /** Walks a flow and judges how it ended; then takes the evidence and closes the windows. */
    void walk(Flow flow) throws InterruptedException {
        try {
            flow.walk(this);
        } catch (Blocked e) {
            probe.expect(false, e::finding);
        } catch (PlaywrightException e) {
            judge(e);
        } finally {
            if (!dialogs.isEmpty()) {
                probe.expect(
                        false,
                        dialogs.size() >= MOST_DIALOGS
                                ? "the page opens one dialog after another and cannot be used"
                                : "the page opens a dialog that stands in the way: " + dialogs.get(0),
                        "no dialog",
                        dialogs.size() + ": " + String.join("; ", dialogs.subList(0, Math.min(3, dialogs.size()))));
            }
            if (popups.get() > 0) {
                awaitMoreWindows();
                probe.expect(
                        popups.get() < MOST_POPUPS,
                        WINDOWS_WITHOUT_END,
                        "no windows of its own accord",
                        popups + " windows");
                probe.note("The page opened " + popups + " other windows.");
            }
            windows.forEach(this::leave);
        }
    }

    /** Whether a page that opened a window goes on with it shows within a moment. */
    private void awaitMoreWindows() {
        long end = System.nanoTime() + MORE_WINDOWS.toNanos();
        try {
            while (popups.get() < MOST_POPUPS && System.nanoTime() < end) {
                windows.get(0).page().waitForTimeout(50);
            }
        } catch (PlaywrightException e) {
            probe.note("The page was gone before its windows were counted: " + BrowserThread.firstLine(e));
        }
    }

    /** What the page did to the screen, where that is why nothing else could be done; for any thread. */
    Optional<String> intrusion() {
        return popups.get() > 1 ? Optional.of(WINDOWS_WITHOUT_END) : Optional.empty();
    }

    /** For how long a state may be waited for now, in milliseconds. */
    double patience() {
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (flooded()) {
            throw new Blocked("the page keeps opening dialogs or windows", "a page that stays as it is", intrusions());
        }
        if (left <= 0) {
            throw new Blocked(
                    "the app is so slow that the check was not over after "
                            + bounds.visit().toSeconds() + " s",
                    "an app that answers",
                    "given up");
        }
        return Math.min(left, bounds.state().toMillis());
    }

    /** Playwright's word for what happened, as what a user would notice, or as an error of ours. */
    private void judge(PlaywrightException thrown) {
        String said = BrowserThread.firstLine(thrown);
        if (crashed || said.contains("crashed") || !browser.isConnected()) {
            throw new Crashed(said, thrown);
        }
        if (flooded()) {
            return; // told with the dialogs and windows
        }
        boolean closedItself = windows.stream().anyMatch(window -> window.page().isClosed());
        if (closedItself) {
            probe.expect(false, "the page closes itself", "a page that stays open", said);
        } else if (thrown instanceof TimeoutError) {
            Matcher covered = COVERED.matcher(String.valueOf(thrown.getMessage()));
            probe.expect(
                    false,
                    covered.find()
                            ? "something lies over the page and takes the clicks: " + shortened(covered.group(1))
                            : "the page does not respond: " + said,
                    "a page that responds",
                    describe());
        } else if (said.contains("net::ERR_")) {
            probe.expect(false, "the page cannot be opened: " + said, "a page", said);
        } else {
            throw new CheckError("The browser could not do what was asked: " + said, thrown);
        }
    }

    private String describe() {
        return windows.isEmpty() ? "no window" : "at " + windows.get(0).page().url();
    }

    private boolean flooded() {
        return dialogs.size() >= MOST_DIALOGS || popups.get() >= MOST_POPUPS;
    }

    private String intrusions() {
        return dialogs.size() + " dialogs, " + popups + " windows";
    }

    // Answers come while other dialogs are waiting, so that these calls nest: there has to be an end to it.
    private void dialog(BrowserContext context, Consumer<Dialog> listener, Dialog dialog) {
        boolean leaving = dialog.type().equals("beforeunload");
        dialogs.add(dialog.type() + " \"" + shortened(dialog.message()) + "\"");
        if (dialogs.size() >= MOST_DIALOGS) {
            context.offDialog(listener); // from now on Playwright dismisses them by itself
        }
        try {
            if (leaving) {
                dialog.accept();
            } else {
                dialog.dismiss();
            }
        } catch (PlaywrightException e) {
            probe.note("A dialog was gone before it was dismissed: " + BrowserThread.firstLine(e));
        }
    }

    private void popup(Page page) {
        if (opening || popups.get() > MOST_POPUPS) {
            return;
        }
        int count = popups.incrementAndGet();
        try {
            if (count == MOST_POPUPS) {
                // What opens them without end has to go, or the machine's memory would.
                windows.forEach(window -> window.page().close());
            }
            page.close();
        } catch (PlaywrightException e) {
            probe.note("A window was gone before it was closed: " + BrowserThread.firstLine(e));
        }
    }

    private void leave(Window window) {
        String name = id + (windows.size() > 1 ? "-" + window.name() : "");
        try {
            Files.createDirectories(artifacts);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!window.page().isClosed() && !crashed && !flooded()) {
            boolean responds = evidence("screenshot", () -> {
                Path file = artifacts.resolve(name + ".png");
                window.page()
                        .screenshot(new Page.ScreenshotOptions()
                                .setPath(file)
                                .setAnimations(ScreenshotAnimations.DISABLED)
                                .setTimeout(bounds.pageEvidence()));
                probe.attach(name + " screenshot", "image/png", file);
            });
            if (responds) {
                evidence("page as text", () -> probe.attach(name + " page", "text/plain", text(window.page())));
            }
        }
        evidence("trace", () -> {
            Path file = artifacts.resolve(name + "-trace.zip");
            window.context().tracing().stop(new Tracing.StopOptions().setPath(file));
            if (small(file)) {
                probe.attach(name + " trace", "application/zip", file);
            }
        });
        evidence("closed window", () -> window.context().close());
        if (video && window.page().video() != null) {
            evidence("video", () -> {
                Path file = artifacts.resolve(name + ".webm");
                window.page().video().saveAs(file);
                window.page().video().delete();
                if (small(file)) {
                    probe.attach(name + " video", "video/webm", file);
                }
            });
        }
    }

    private String text(Page page) {
        String body =
                page.locator("body").ariaSnapshot(new Locator.AriaSnapshotOptions().setTimeout(bounds.pageEvidence()));
        return page.url() + "\n" + (body.length() > MOST_TEXT ? body.substring(0, MOST_TEXT) + "…" : body);
    }

    /** What a page of enormous size leaves is not worth its place. */
    private boolean small(Path file) {
        try {
            long size = Files.size(file);
            if (size <= MOST_EVIDENCE) {
                return true;
            }
            Files.delete(file);
            probe.note(file.getFileName() + " was not kept: " + (size >> 20) + " MB.");
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean evidence(String what, Runnable taking) {
        try {
            taking.run();
            return true;
        } catch (PlaywrightException e) {
            probe.note(String.format(Locale.ROOT, "There is no %s: %s", what, BrowserThread.firstLine(e)));
            return false;
        }
    }

    private static String shortened(String text) {
        return text.length() > 120 ? text.substring(0, 120) + "…" : text;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Consumer<Dialog>[] holder() {
        return new Consumer[1];
    }
}
