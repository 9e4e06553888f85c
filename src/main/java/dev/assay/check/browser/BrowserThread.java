package dev.assay.check.browser;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.PlaywrightException;
import com.microsoft.playwright.impl.PlaywrightImpl;
import dev.assay.check.CheckError;
import dev.assay.process.Marked;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One Playwright and its Chromium, with the thread that alone may touch them. */
final class BrowserThread implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);
    private static final int PAGE_MEGABYTES = 512;
    private static final Duration CLOSE = Duration.ofSeconds(5);

    private final Path node;
    private final Path chromium;
    private final Path driver;
    private final Optional<Path> recorder;
    private final Marked processes;
    private final Path temporary;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
        Thread made = new Thread(work, "assay-browser");
        made.setDaemon(true);
        return made;
    });
    private volatile @Nullable Playwright playwright;
    private volatile @Nullable Browser browser;

    /**
     * @param recorder Playwright's folder of browsers where there is an ffmpeg in one
     * @param temporary where driver and browser put profiles and traces: what is killed leaves them
     */
    BrowserThread(Path node, Path chromium, Path driver, Optional<Path> recorder, Marked processes, Path temporary) {
        this.node = node;
        this.chromium = chromium;
        this.driver = driver;
        this.recorder = recorder;
        this.processes = processes;
        this.temporary = temporary;
    }

    /** @throws CheckError where the browser cannot be started */
    void start() throws InterruptedException {
        Exception cause;
        try {
            await(thread.submit(this::launch), START);
            return;
        } catch (ExecutionException e) {
            cause = e;
        } catch (Overdue e) {
            cause = e;
        } catch (InterruptedException e) {
            close();
            throw e;
        }
        close();
        String why = cause.getCause() == null ? cause.getMessage() : firstLine(cause.getCause());
        throw new CheckError(
                "The browser " + chromium + " could not be started: " + why
                        + "\nName another Chromium with the option chromium.",
                cause);
    }

    /**
     * @return whether the browser may be used again
     * @throws Overdue after the time; the task has ended then, as its browser was killed
     */
    boolean run(Duration limit, Browsers.Task task) throws InterruptedException, Overdue {
        Future<?> work = thread.submit(() -> {
            task.run(current());
            return true;
        });
        try {
            await(work, limit);
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException thrown) {
                throw thrown;
            }
            if (e.getCause() instanceof InterruptedException) {
                throw new CheckError("The browser's work was cut short.", e);
            }
            throw new CheckError("The browser's work failed: " + e.getCause(), e);
        }
    }

    /** The folder that is its own, of no use once it is closed. */
    Path temporary() {
        return temporary;
    }

    boolean connected() {
        Browser now = browser;
        return now != null && now.isConnected();
    }

    /** The first line of what Playwright says; the rest is its call log. */
    static String firstLine(Throwable thrown) {
        String message = String.valueOf(thrown.getMessage()).strip();
        return message.lines()
                .map(String::strip)
                .filter(line -> !line.equals("Error {") && !line.isEmpty())
                .map(line -> line.replaceFirst("^message='", ""))
                .findFirst()
                .orElse(thrown.toString());
    }

    private Browser current() {
        Browser now = browser;
        if (now == null) {
            throw new CheckError("The browser is closed.");
        }
        return now;
    }

    private Browser launch() {
        // Playwright reads where its driver is only from here; it is the same for all of a JVM.
        System.setProperty("playwright.cli.dir", driver.toString());
        Map<String, String> environment = new HashMap<>(processes.environment());
        environment.put("TMPDIR", temporary.toString());
        environment.put("PLAYWRIGHT_NODEJS_PATH", node.toString());
        environment.put("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        recorder.ifPresent(folder -> environment.put("PLAYWRIGHT_BROWSERS_PATH", folder.toString()));
        // A page that goes while its dialog is being dismissed must not take the driver with it.
        environment.put("NODE_OPTIONS", "--unhandled-rejections=none");
        // Playwright.create would start every driver after the first one with the environment of the first, by which
        // the processes of one browser could not be told from another's.
        Playwright made = PlaywrightImpl.createImpl(new Playwright.CreateOptions().setEnv(environment), true);
        playwright = made;
        Browser launched = made.chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(chromium)
                        .setHeadless(true)
                        // A page that takes memory without end crashes early, and not the machine.
                        .setArgs(List.of("--js-flags=--max-old-space-size=" + PAGE_MEGABYTES))
                        .setTimeout(START.toMillis() / 2.0));
        browser = launched;
        return launched;
    }

    private void await(Future<?> work, Duration limit) throws InterruptedException, ExecutionException, Overdue {
        try {
            work.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            kill();
            throw new Overdue(limit);
        } catch (InterruptedException e) {
            kill();
            throw e;
        }
    }

    /** With the driver dead, whatever waits for an answer of it throws. */
    private void kill() throws InterruptedException {
        processes.kill();
        thread.shutdown();
        thread.awaitTermination(CLOSE.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        if (!thread.isShutdown()) {
            thread.execute(this::closeGently);
            thread.shutdown();
        }
        boolean interrupted = false;
        try {
            thread.awaitTermination(CLOSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        processes.kill();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void closeGently() {
        Playwright made = playwright;
        browser = null;
        playwright = null;
        if (made != null) {
            try {
                made.close();
            } catch (PlaywrightException e) {
                processes.kill(); // it is gone already, or does not answer
            }
        }
    }
}
