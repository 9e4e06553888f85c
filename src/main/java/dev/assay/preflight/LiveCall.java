package dev.assay.preflight;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentRequest;
import dev.assay.agent.AgentResult;
import dev.assay.agent.AgentSink;
import dev.assay.agent.Ending;
import dev.assay.agent.Phase;
import dev.assay.agent.cli.CliTool;
import dev.assay.process.Command.Timers;
import dev.assay.process.Output;
import dev.assay.run.Environment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** One tiny call of an agent CLI, in a folder that is removed again: the only way to know that it works. */
final class LiveCall {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String PROMPT = "Answer with the single word: ready. Use no tool.";

    private final Environment environment;

    LiveCall(Environment environment) {
        this.environment = environment;
    }

    /** What went wrong; empty where it answered. */
    Optional<String> make(CliTool tool, Optional<String> model) throws InterruptedException {
        try {
            Path folder = Files.createTempDirectory("assay-preflight-");
            try {
                return make(tool, model, folder);
            } finally {
                delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("no folder can be made for a trial call", e);
        }
    }

    private Optional<String> make(CliTool tool, Optional<String> model, Path folder)
            throws IOException, InterruptedException {
        Path home = Files.createDirectory(folder.resolve("home"));
        Path workspace = Files.createDirectory(folder.resolve("workspace"));
        AgentResult result = tool.agent()
                .perform(
                        new AgentRequest(
                                "preflight",
                                Phase.RESEARCH,
                                Optional.empty(),
                                1,
                                "",
                                PROMPT,
                                Optional.empty(),
                                workspace,
                                home,
                                variables(home),
                                model,
                                Timers.wall(LIMIT),
                                environment.around(home, workspace),
                                () -> {}),
                        new Unheard());
        if (result.ending() == Ending.COMPLETED) {
            return Optional.empty();
        }
        String said = result.ending().id() + ": " + result.message();
        for (String secret : tool.secrets()) {
            said = said.replace(secret, "********");
        }
        return Optional.of(said.strip());
    }

    private Map<String, String> variables(Path home) {
        Map<String, String> variables = new LinkedHashMap<>(environment.passed());
        variables.put("PATH", environment.path());
        variables.put("HOME", home.toString());
        variables.put("LANG", "C.UTF-8");
        variables.put("TERM", "dumb");
        return variables;
    }

    private static void delete(Path folder) throws IOException {
        List<Path> inside;
        try (Stream<Path> walk = Files.walk(folder)) {
            inside = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : inside) {
            Files.deleteIfExists(path);
        }
    }

    /** What it says on its way to an answer is of no interest. */
    private static final class Unheard implements AgentSink {
        private final AtomicLong lines = new AtomicLong();

        @Override
        public long line(Output.Stream stream, byte[] line) {
            return lines.incrementAndGet();
        }

        @Override
        public void event(long seq, int part, AgentEvent event) {}

        @Override
        public void notice(AgentEvent event) {}
    }
}
