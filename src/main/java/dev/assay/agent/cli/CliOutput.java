package dev.assay.agent.cli;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentResult;
import dev.assay.agent.AgentSink;
import dev.assay.agent.Redactor;
import dev.assay.process.Exit;
import dev.assay.process.Output;
import dev.assay.process.Running;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Takes what one CLI process prints: each line is cleaned of secrets, stored, then read, then the process's clocks are told what it meant.
 * The two streams come from a thread each; a line and its events stay together.
 */
final class CliOutput implements Output {
    private static final int STDERR_TAIL = 8 << 10;

    private final CliStream stream;
    private final AgentSink sink;
    private final Redactor redactor;
    private final ReentrantLock lock = new ReentrantLock();
    private final StringBuilder stderr = new StringBuilder();
    private final Set<String> open = new HashSet<>();
    private boolean finished;
    private @Nullable Running process;

    /** @param redactor takes out what the CLI signs in with, before anybody reads it */
    CliOutput(CliStream stream, AgentSink sink, Redactor redactor) {
        this.stream = stream;
        this.sink = sink;
        this.redactor = redactor;
    }

    /** Says whose output it is, before the first line. */
    void of(Running running) {
        lock.lock();
        try {
            process = running;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void line(Stream from, byte[] printed) {
        byte[] line = redactor.redact(printed);
        lock.lock();
        try {
            long seq = sink.line(from, line);
            int part = 0;
            for (AgentEvent event : read(from, line)) {
                sink.event(seq, part++, event);
            }
            tellClocks();
        } finally {
            lock.unlock();
        }
    }

    private List<AgentEvent> read(Stream from, byte[] line) {
        return switch (from) {
            case STDOUT -> stream.read(line);
            case STDERR -> {
                String text = new String(line, 0, Math.min(line.length, STDERR_TAIL), StandardCharsets.UTF_8);
                stderr.append(text).append('\n');
                if (stderr.length() > 2 * STDERR_TAIL) {
                    stderr.delete(0, stderr.length() - STDERR_TAIL);
                }
                yield stream.readError(line);
            }
            case ASSAY -> List.of();
        };
    }

    private void tellClocks() {
        if (process == null) {
            return;
        }
        Set<String> now = stream.openCalls();
        for (String call : now) {
            if (open.add(call)) {
                process.toolOpened(call);
            }
        }
        for (String call : List.copyOf(open)) {
            if (!now.contains(call)) {
                open.remove(call);
                process.toolClosed(call);
            }
        }
        if (stream.turnFinished()) {
            process.finalEventSeen();
        } else if (finished) {
            process.goesOn();
        }
        finished = stream.turnFinished();
    }

    /** How the call went, when the process is over. */
    AgentResult finish(Exit exit) {
        lock.lock();
        try {
            return stream.finish(OptionalInt.of(exit.code()), exit.fired(), exit.duration(), stderrTail(), List.of());
        } finally {
            lock.unlock();
        }
    }

    /** The end of standard error. */
    String stderrTail() {
        lock.lock();
        try {
            return stderr.substring(Math.max(0, stderr.length() - STDERR_TAIL)).strip();
        } finally {
            lock.unlock();
        }
    }
}
