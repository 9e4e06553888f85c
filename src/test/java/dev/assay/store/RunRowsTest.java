package dev.assay.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.Usage;
import dev.assay.run.Outcome;
import dev.assay.run.RunResult;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class RunRowsTest {
    private final TestRun run = new TestRun(null, Path.of("/runs"), "run");
    private final Instant start = run.info.started();

    @Test
    void should_sum_what_each_process_of_a_run_has_taken() {
        ObjectNode row = RunRows.started(run.info, "host", 1);

        row = resumed(row, start.plusSeconds(40), start.plusSeconds(3600)); // the first was killed after 40 s
        assertThat(row.path("duration_ms").asLong()).isEqualTo(40_000);
        assertThat(row.path("heartbeat_at").asString())
                .isEqualTo(start.plusSeconds(3600).toString());

        row = resumed(row, start.plusSeconds(3630), start.plusSeconds(7200)); // the second after 30 s
        assertThat(row.path("duration_ms").asLong()).isEqualTo(70_000);

        finished(row, Duration.ofSeconds(20)); // the third came to an end
        assertThat(row.path("duration_ms").asLong()).isEqualTo(90_000);

        row = resumed(row, start.plusSeconds(9000), start.plusSeconds(9000)); // a step of it is done again
        finished(row, Duration.ofSeconds(5));
        assertThat(row.path("duration_ms").asLong()).isEqualTo(95_000);
    }

    @Test
    void should_count_nothing_of_a_process_of_which_nothing_was_heard() {
        ObjectNode row = resumed(RunRows.started(run.info, "host", 1), Instant.MIN, start.plusSeconds(60));

        assertThat(row.path("duration_ms").asLong()).isZero();
    }

    private ObjectNode resumed(ObjectNode row, Instant seen, Instant now) {
        return RunRows.resumed(row, run.info, "host", 2, seen, now);
    }

    private void finished(ObjectNode row, Duration took) {
        RunRows.finished(
                row,
                new RunResult(Outcome.PASSED, Optional.empty(), "", false, List.of(), Usage.NONE, took),
                start.plusSeconds(9999));
    }
}
