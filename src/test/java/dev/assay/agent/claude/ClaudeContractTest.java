package dev.assay.agent.claude;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.Ending;
import dev.assay.agent.cli.Capture;
import dev.assay.agent.cli.CliStream;
import dev.assay.agent.cli.StreamContract;
import dev.assay.process.Exit;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** What every reader must bear, on all streams of both versions; and the ending of each. */
class ClaudeContractTest extends StreamContract {
    @Override
    protected CliStream open() {
        return new ClaudeStream();
    }

    @Override
    protected boolean mayBeSilent(JsonNode line) {
        return line.path("type").asString("").equals("stream_event")
                || (line.path("type").asString("").equals("assistant")
                        && line.path("message").path("content").isEmpty());
    }

    static Stream<List<String>> runs() throws IOException {
        try (InputStream in = ClaudeContractTest.class.getResourceAsStream("runs.csv")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> List.of(line.split(",", -1)));
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void should_end_as_the_case_says(List<String> run) {
        CliStream stream = open();
        new Capture(getClass(), run.get(0) + "/" + run.get(1)).replay(stream);
        String end = run.get(2);
        boolean hangs = end.equals("hangs");
        int code = hangs ? 143 : end.equals("SIGKILL") ? 137 : Integer.parseInt(end);
        Exit.Limit fired = !hangs ? Exit.Limit.NONE : stream.turnFinished() ? Exit.Limit.LINGER : Exit.Limit.IDLE;

        assertThat(Capture.finish(stream, code, fired).ending()).isEqualTo(Ending.valueOf(run.get(3)));
    }

    @Test
    void should_judge_no_failure_by_its_subtype() throws IOException {
        List<List<String>> called = runs().filter(run -> new Capture(getClass(), run.get(0) + "/" + run.get(1))
                        .lines().stream()
                                .map(line -> new String(line, StandardCharsets.UTF_8))
                                .anyMatch(line ->
                                        line.contains("\"subtype\":\"success\"") && line.contains("\"is_error\":true")))
                .toList();

        assertThat(called).hasSize(25).noneMatch(run -> run.get(3).equals("COMPLETED"));
    }
}
