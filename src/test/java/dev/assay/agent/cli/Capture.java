package dev.assay.agent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentResult;
import dev.assay.process.Exit;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** What one call of a CLI printed, kept as a resource next to the test of its reader. */
public record Capture(Class<?> test, String name) {
    /** The lines of standard output. */
    public List<byte[]> lines() {
        return lines(".jsonl");
    }

    /** The lines of standard error. */
    public List<byte[]> errorLines() {
        return lines(".stderr.txt");
    }

    private List<byte[]> lines(String ending) {
        try (InputStream in = test.getResourceAsStream(name + ending)) {
            assertThat(in).as(name + ending).isNotNull();
            return new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .map(line -> line.getBytes(UTF_8))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The events of all lines of standard output. */
    public List<AgentEvent> replay(CliStream stream) {
        List<AgentEvent> events = new ArrayList<>();
        lines().forEach(line -> events.addAll(stream.read(line)));
        return events;
    }

    public static AgentResult finish(CliStream stream, int exitCode, Exit.Limit fired) {
        return stream.finish(OptionalInt.of(exitCode), fired, Duration.ofSeconds(1), "", List.of());
    }

    /** The events of one kind. */
    public static <T extends AgentEvent> List<T> all(List<AgentEvent> events, Class<T> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }
}
