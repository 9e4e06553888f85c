package dev.assay.report;

import dev.assay.agent.Usage;
import dev.assay.run.RunInfo;
import dev.assay.run.RunListener.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What the live tree remembers of one run: its sums, and the leaf that runs now. Calls for a run come one at a time. */
final class RunView {
    private static final long FIRST_PROGRESS = 20_000;
    private static final long PROGRESS = 60_000;
    private static final long PROGRESS_ON_TERMINAL = 200;

    final RunInfo run;
    /** What the run is called, for people. */
    final String label;

    boolean named;
    Usage usage = Usage.NONE;
    int attempts;
    int tools;

    String name = "";
    int indent;
    final List<String> facts = new ArrayList<>();
    final List<String> agents = new ArrayList<>();
    final Set<String> warnings = new LinkedHashSet<>();
    Usage leafUsage = Usage.NONE;
    int leafTools;

    private String current = "";
    private long started;
    private long nextProgress = Long.MAX_VALUE;

    RunView(RunInfo run, String label) {
        this.run = run;
        this.label = label;
    }

    void begin(Node node, long now) {
        end();
        current = node.uniqueId();
        name = PlainText.line(node.stage().name(), 120);
        indent = 2 * (node.depth() + 1);
        started = now;
        nextProgress = now;
    }

    void end() {
        current = "";
        facts.clear();
        agents.clear();
        warnings.clear();
        leafUsage = Usage.NONE;
        leafTools = 0;
        nextProgress = Long.MAX_VALUE;
    }

    boolean isCurrent(Node node) {
        return current.equals(node.uniqueId());
    }

    Duration elapsed(long now) {
        return Duration.ofMillis(now - started);
    }

    /** Whether a line of progress is due: often on a terminal, where it is written over, and seldom elsewhere. */
    boolean progressDue(long now, boolean terminal) {
        if (current.isEmpty() || now < nextProgress || (!terminal && now - started < FIRST_PROGRESS)) {
            return false;
        }
        nextProgress = now + (terminal ? PROGRESS_ON_TERMINAL : PROGRESS);
        return true;
    }
}
