package dev.assay.cli;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentResult;
import dev.assay.agent.EventJson;
import dev.assay.agent.cli.Cli;
import dev.assay.agent.cli.CliStream;
import dev.assay.engine.ExitCode;
import dev.assay.process.Exit;
import dev.assay.settings.UsageError;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code assay stream}: what an agent CLI printed, as Assay reads it, and how the call ended by rule. */
@Command(
        name = "stream",
        description = "Reads what an agent CLI printed: its events, and how the call ended.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Prints one event a line, as it would be stored, and the ending last. With --json it prints one object:",
            "ending, infrastructure (whether it is the world's failure and not the agent's), message, text, usage, events.",
            "",
            "Examples:",
            "  assay stream --tool claude captured.jsonl",
            "  assay stream --tool codex --exit 1 --json - < captured.jsonl"
        })
final class StreamCommand implements Callable<Integer> {
    private final List<Cli> clis;
    private final InputStream standardInput;

    @Spec
    private CommandSpec spec;

    @Option(names = "--tool", required = true, paramLabel = "TOOL", description = "the agent that printed it")
    private String tool;

    @Option(
            names = "--exit",
            paramLabel = "N",
            description = "the code that its process ended with, 128 + n for a signal (0)")
    private @Nullable Integer exitCode;

    @Option(names = "--json", description = "print one JSON object instead of lines")
    private boolean json;

    @Parameters(paramLabel = "FILE", description = "what it printed to standard output; - for standard input")
    private String file;

    /**
     * @param clis those that can be named
     * @param standardInput what {@code -} reads
     */
    @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
    StreamCommand(List<Cli> clis, InputStream standardInput) {
        this.clis = clis;
        this.standardInput = standardInput;
    }

    @Override
    public Integer call() throws IOException {
        CliStream stream = clis.stream()
                .filter(cli -> cli.name().equals(tool))
                .findFirst()
                .orElseThrow(
                        () -> new UsageError("There is no agent '" + tool + "' whose stream could be read. There are: "
                                + clis.stream().map(Cli::name).collect(Collectors.joining(", ")) + "."))
                .stream();
        PrintWriter out = spec.commandLine().getOut();
        ArrayNode events = JsonNodeFactory.instance.arrayNode();
        Consumer<AgentEvent> told =
                json ? event -> events.add(EventJson.write(event)) : event -> out.println(EventJson.write(event));
        try (InputStream in = open()) {
            lines(in, line -> stream.read(line).forEach(told));
        }
        AgentResult result = stream.finish(
                exitCode == null ? OptionalInt.empty() : OptionalInt.of(exitCode),
                Exit.Limit.NONE,
                Duration.ZERO,
                "",
                List.of());
        if (json) {
            out.println(object(result, events));
        } else {
            out.println("ending: " + result.ending().id()
                    + (result.ending().infrastructure() ? " (the world's failure)" : ""));
            if (!result.message().isEmpty()) {
                out.println(result.message());
            }
        }
        out.flush();
        return ExitCode.PASSED.value();
    }

    private static ObjectNode object(AgentResult result, ArrayNode events) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("ending", result.ending().id())
                .put("infrastructure", result.ending().infrastructure());
        object.put("message", result.message()).put("text", result.text());
        result.structured().ifPresent(answer -> object.set("structured", answer));
        result.sessionId().ifPresent(id -> object.put("session_id", id));
        result.model().ifPresent(model -> object.put("model", model));
        result.cliVersion().ifPresent(version -> object.put("cli_version", version));
        object.set(
                "usage",
                EventJson.write(new AgentEvent.UsageReported("session", result.usage(), true, null, null))
                        .path("usage"));
        object.set("events", events);
        return object;
    }

    private InputStream open() throws IOException {
        if (file.equals("-")) {
            return standardInput;
        }
        try {
            return Files.newInputStream(Path.of(file));
        } catch (NoSuchFileException e) {
            throw new UsageError("There is no file " + file + ". Name one that holds what " + tool
                    + " printed, or - for standard input.");
        }
    }

    /** Lines end with a line feed, as the driver reads them; the last one may do without. */
    private static void lines(InputStream in, Consumer<byte[]> told) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try {
            InputStream buffered = new BufferedInputStream(in, 1 << 16);
            for (int read = buffered.read(); read >= 0; read = buffered.read()) {
                if (read == '\n') {
                    told.accept(line.toByteArray());
                    line.reset();
                } else {
                    line.write(read);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The stream could not be read to its end: " + e.getMessage(), e);
        }
        if (line.size() > 0) {
            told.accept(line.toByteArray());
        }
    }
}
