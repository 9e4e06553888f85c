package dev.assay.check.browser;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import dev.assay.check.CheckError;
import dev.assay.process.Supervisor;
import dev.assay.tools.Tool;
import dev.assay.tools.ToolMissing;
import dev.assay.tools.Tools;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The browsers of a harness: each starts when it is first needed, is used for one task at a time, and goes on to the
 * next. Safe for use by several threads: Playwright's objects belong to one thread, so every browser has one.
 */
public final class Browsers implements AutoCloseable {
    private static final Duration DOCTOR = Duration.ofSeconds(30);

    private final Tools tools;
    private final Supervisor supervisor;
    private final Optional<Path> chromium;
    private final Deque<BrowserThread> idle = new ArrayDeque<>();
    private final Set<BrowserThread> all = new HashSet<>();
    private boolean closed;

    /** Something to do with a browser, in its thread. */
    @FunctionalInterface
    interface Task {
        void run(Browser browser) throws Exception;
    }

    /** @param chromium the Chromium that the user chose; empty to have one found or installed */
    public Browsers(Tools tools, Supervisor supervisor, Optional<Path> chromium) {
        this.tools = tools;
        this.supervisor = supervisor;
        this.chromium = chromium;
    }

    /**
     * Sees to it that a browser is there and opens a page.
     *
     * @throws CheckError where not, with what to do
     */
    public void examine() throws InterruptedException {
        examine(true);
    }

    /** @param install whether a Chromium is installed where there is none */
    void examine(boolean install) throws InterruptedException {
        if (!install && tools.lookForChromium(chromium).isEmpty()) {
            throw new CheckError(
                    "There is no Chromium, and the browser layer, for which one would be installed, is left"
                            + " out: name one with the option chromium.");
        }
        try {
            run(DOCTOR, browser -> {
                try (Page page = browser.newPage()) {
                    page.setContent("<button onclick=\"document.title = 'clicked'\">Click</button>");
                    page.locator("button").click();
                    if (!page.title().equals("clicked")) {
                        throw new CheckError("The browser " + browser.version() + " opens a page but does not click: "
                                + "name another with the option chromium.");
                    }
                }
            });
        } catch (Overdue e) {
            throw new CheckError("The browser does not work: " + e.getMessage(), e);
        } catch (PlaywrightException e) {
            throw new CheckError("The browser does not work: " + BrowserThread.firstLine(e), e);
        }
    }

    /** Whether visits can be recorded on video. */
    boolean recordsVideo() throws InterruptedException {
        return tools.videoRecorder().isPresent();
    }

    /**
     * Runs a task in a browser's thread and waits for its end.
     *
     * @throws CheckError where no browser can be started
     * @throws Overdue where it was not over in time; nothing of it runs any more then
     * @throws RuntimeException what the task threw
     */
    void run(Duration limit, Task task) throws InterruptedException, Overdue {
        BrowserThread browser = take();
        boolean sound = false;
        try {
            sound = browser.run(limit, task);
        } finally {
            giveBack(browser, sound && browser.connected());
        }
    }

    private BrowserThread take() throws InterruptedException {
        synchronized (idle) {
            if (closed) {
                throw new CheckError("The browsers are closed.");
            }
            BrowserThread free = idle.poll();
            if (free != null) {
                return free;
            }
        }
        BrowserThread started;
        try {
            Tool node = tools.node();
            Tool program = tools.chromium(chromium);
            started = new BrowserThread(
                    node.program(),
                    program.program(),
                    tools.playwrightDriver(),
                    tools.videoRecorder(),
                    supervisor.mark(),
                    temporaryFolder());
        } catch (ToolMissing e) {
            throw new CheckError(e.getMessage(), e);
        }
        synchronized (idle) {
            all.add(started);
        }
        boolean up = false;
        try {
            started.start();
            up = true;
        } finally {
            if (!up) {
                giveBack(started, false);
            }
        }
        return started;
    }

    private Path temporaryFolder() {
        try {
            Path folder = Files.createTempDirectory("assay-browser-");
            supervisor.removeOnDeath(folder);
            return folder;
        } catch (IOException e) {
            throw new CheckError("The temporary folder cannot be written, which a browser needs: " + e, e);
        }
    }

    /** Ends a browser and removes what it had in its folder, which a killed one does not do by itself. */
    private void end(BrowserThread browser) {
        browser.close();
        Path folder = browser.temporary();
        try (Stream<Path> found = Files.walk(folder)) {
            for (Path file : found.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
            supervisor.keep(folder); // it is gone
        } catch (IOException | UncheckedIOException e) {
            // a process that dies still writes there; the watchdog removes it in the end
        }
    }

    private void giveBack(BrowserThread browser, boolean sound) {
        synchronized (idle) {
            if (sound && !closed) {
                idle.push(browser);
                return;
            }
            all.remove(browser);
        }
        end(browser);
    }

    /** Ends all browsers, those at work too. */
    @Override
    public void close() {
        Set<BrowserThread> left;
        synchronized (idle) {
            closed = true;
            left = new HashSet<>(all);
            all.clear();
            idle.clear();
        }
        left.forEach(this::end);
    }
}
