package dev.assay.run;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentSink;
import dev.assay.agent.EventJson;
import dev.assay.agent.Redactor;
import dev.assay.process.Output;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The run's log: numbers each line as it comes and passes it on, before it is parsed, then the events that it gave. All
 * that a run tells its listeners goes through here, so that they hear one thing at a time, in order.
 */
final class Journal {
    private final RunInfo run;
    private final List<RunListener> listeners;
    private final Redactor redactor;
    private final Clock clock;
    private final PrintStream console;
    private final ReentrantLock lock = new ReentrantLock();
    private long seq;

    Journal(RunInfo run, List<RunListener> listeners, Redactor redactor, Clock clock, PrintStream console) {
        this.run = run;
        this.listeners = listeners;
        this.redactor = redactor;
        this.clock = clock;
        this.console = console;
        this.seq = linesOf(run.folder().resolve("events.jsonl"));
    }

    /** A line's number is its place in the file, also in a run that is gone on with. */
    private static long linesOf(Path log) {
        if (!Files.exists(log)) {
            return 0;
        }
        long lines = 0;
        int last = '\n';
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(log)) {
            for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
                for (int i = 0; i < read; i++) {
                    last = buffer[i];
                    lines += last == '\n' ? 1 : 0;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(log + " cannot be read", e);
        }
        return last == '\n' ? lines : lines + 1; // half a line, as a killed process leaves it, stays one
    }

    /** Tells every listener; one that throws is named on the console and does not stop the run. */
    void tell(Consumer<RunListener> message) {
        lock.lock();
        try {
            for (RunListener listener : listeners) {
                try {
                    message.accept(listener);
                } catch (RuntimeException e) {
                    console.println("warning: " + listener.getClass().getSimpleName() + " failed: " + e);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** A text that is kept, without secrets. */
    String clean(String text) {
        return redactor.redact(text);
    }

    /** Where one attempt's output goes. */
    AgentSink sinkFor(Attempt attempt) {
        return new AttemptSink(Optional.of(attempt));
    }

    /** Writes an event of Assay's own that belongs to no attempt. */
    void notice(AgentEvent event) {
        new AttemptSink(Optional.empty()).notice(event);
    }

    private final class AttemptSink implements AgentSink {
        /** Lines whose events are still to come; the newest only, for parsers look at a line as soon as it is stored. */
        private final Map<Long, Line> recent = new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Long, Line> eldest) {
                return size() > 64;
            }
        };

        private final Optional<Attempt> attempt;

        AttemptSink(Optional<Attempt> attempt) {
            this.attempt = attempt;
        }

        @Override
        public long line(Output.Stream stream, byte[] bytes) {
            byte[] clean = redactor.redact(bytes);
            lock.lock();
            try {
                Line line = new Line(++seq, clock.instant(), attempt, stream, clean);
                recent.put(line.seq(), line);
                tell(listener -> listener.line(run, line));
                return line.seq();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void event(long number, int part, AgentEvent event) {
            lock.lock();
            try {
                Line line = recent.get(number);
                if (line == null) {
                    throw new IllegalStateException("event for line " + number + ", which was not just written");
                }
                tell(listener -> listener.event(run, line, part, event));
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void notice(AgentEvent event) {
            byte[] text = EventJson.write(event).toString().getBytes(StandardCharsets.UTF_8);
            lock.lock();
            try {
                event(line(Output.Stream.ASSAY, text), 0, event);
            } finally {
                lock.unlock();
            }
        }
    }
}
