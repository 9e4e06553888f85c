package dev.assay.tools;

import dev.assay.process.Supervisor;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The tools, each found once, or installed once for all projects. Safe for use by several threads and several processes.
 */
public final class Tools {
    private final Node node;
    private final PrintStream out;
    private final ReentrantLock lock = new ReentrantLock();
    private Optional<Tool> readyNode = Optional.empty();

    /**
     * @param cache the cache folder; tools are in {@code tools} below it
     * @param offline whether nothing may be installed
     * @param out takes the lines that say what is found and what is downloaded
     */
    public Tools(Path cache, Supervisor supervisor, boolean offline, PrintStream out) {
        this(cache, supervisor, offline, out, System.getenv());
    }

    Tools(Path cache, Supervisor supervisor, boolean offline, PrintStream out, Map<String, String> environment) {
        Shell shell = new Shell(supervisor, environment);
        this.out = out;
        this.node = new Node(shell, new ToolCache(cache.resolve("tools"), out), offline, out);
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
}
