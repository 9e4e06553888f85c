package dev.assay.tools;

import dev.assay.process.Supervisor;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The tools, each found once, or installed once for all projects. Safe for use by several threads and several processes.
 */
public final class Tools {
    private final Node node;
    private final Chromium chromium;
    private final Deno deno;
    private final PlaywrightDriver driver;
    private final Ffmpeg ffmpeg;
    private final PrintStream out;
    private final ReentrantLock lock = new ReentrantLock();
    private Optional<Tool> readyNode = Optional.empty();
    private Optional<Tool> readyChromium = Optional.empty();
    private Optional<Tool> readyDeno = Optional.empty();
    private @Nullable Optional<Path> recorder;

    /**
     * @param cache the cache folder; tools are in {@code tools} below it
     * @param offline whether nothing may be installed
     * @param out takes the lines that say what is found and what is downloaded
     */
    public Tools(Path cache, Supervisor supervisor, boolean offline, PrintStream out) {
        this(cache, supervisor, offline, false, out);
    }

    /** @param system whether the system's package manager may be asked to install Chromium */
    public Tools(Path cache, Supervisor supervisor, boolean offline, boolean system, PrintStream out) {
        this(cache, supervisor, offline, system, out, System.getenv());
    }

    Tools(Path cache, Supervisor supervisor, boolean offline, PrintStream out, Map<String, String> environment) {
        this(cache, supervisor, offline, false, out, environment);
    }

    Tools(
            Path cache,
            Supervisor supervisor,
            boolean offline,
            boolean system,
            PrintStream out,
            Map<String, String> environment) {
        Shell shell = new Shell(supervisor, environment);
        this.out = out;
        ToolCache tools = new ToolCache(cache.resolve("tools"), out);
        BrowserCache browsers = new BrowserCache(environment);
        this.node = new Node(shell, tools, offline, out);
        this.chromium =
                new Chromium(shell, tools, browsers, new SystemPackages(shell, system && !offline, out), offline, out);
        this.deno = new Deno(shell, tools, offline, out);
        this.driver = new PlaywrightDriver(tools);
        this.ffmpeg = new Ffmpeg(shell, tools, browsers);
    }

    /**
     * Node of at least version 22, with npm and npx in its {@code bin}.
     *
     * @throws ToolMissing where there is none and it cannot be installed
     */
    public Tool node() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (readyNode.isEmpty()) {
                Tool tool = node.get();
                out.println(tool.describe());
                readyNode = Optional.of(tool);
            }
            return readyNode.get();
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #node()}, but only looks: installs and prints nothing. */
    public Optional<Tool> lookForNode() throws InterruptedException {
        return node.look();
    }

    /**
     * Chromium: the given one, else the first on the PATH, else one that Playwright has installed, else Assay's own.
     *
     * @param given what the user chose; empty to have it found
     * @throws ToolMissing where what was given does not run, or where there is none and it cannot be installed
     */
    public Tool chromium(Optional<Path> given) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (readyChromium.isEmpty()) {
                Tool tool = chromium.get(given, this::node);
                out.println(tool.describe());
                readyChromium = Optional.of(tool);
            }
            return readyChromium.get();
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #chromium(Optional)}, but only looks: installs and prints nothing. */
    public Optional<Tool> lookForChromium(Optional<Path> given) throws InterruptedException {
        return chromium.look(given);
    }

    /**
     * Deno, which runs edge functions.
     *
     * @throws ToolMissing where there is none and it cannot be installed
     */
    public Tool deno() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (readyDeno.isEmpty()) {
                Tool tool = deno.get(this::node);
                out.println(tool.describe());
                readyDeno = Optional.of(tool);
            }
            return readyDeno.get();
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #deno()}, but only looks: installs and prints nothing. */
    public Optional<Tool> lookForDeno() throws InterruptedException {
        return deno.look();
    }

    /** The folder with Playwright's driver, unpacked from the class path when it is first asked for. */
    public Path playwrightDriver() throws InterruptedException {
        return driver.get();
    }

    /**
     * The folder that Playwright has to be given as its folder of browsers, so that it finds an ffmpeg and can record
     * videos; empty where the machine has none.
     */
    public Optional<Path> videoRecorder() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (recorder == null) {
                recorder = ffmpeg.look(driver.ffmpegRevision());
            }
            return recorder;
        } finally {
            lock.unlock();
        }
    }
}
