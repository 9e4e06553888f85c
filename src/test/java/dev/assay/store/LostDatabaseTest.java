package dev.assay.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.Phase;
import dev.assay.run.Attempt;
import dev.assay.run.Outcome;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 3, unit = TimeUnit.MINUTES)
class LostDatabaseTest {
    private static final Path CACHE = Path.of(System.getProperty("user.home"), ".cache", "assay");
    private static final int STOPS = 3;
    private static final int TEXTS = 500;

    @TempDir
    Path home;

    @Test
    void should_lose_and_double_nothing_when_the_database_is_stopped_and_started_in_mid_run() throws Exception {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try (LogDatabase database = LogDatabase.embedded(home, CACHE, Duration.ZERO)) {
            try (RunStore store = new RunStore(
                    database,
                    new PrintStream(said, true, StandardCharsets.UTF_8),
                    Clock.systemUTC(),
                    20_000,
                    Duration.ofMinutes(1))) {
                TestRun run = new TestRun(store, home.resolve("runs")).start();
                Attempt attempt = run.attempt(Phase.IMPLEMENT, 1);
                for (int stop = 1; stop <= STOPS; stop++) {
                    for (int i = 0; i < TEXTS; i++) {
                        run.text(attempt, "text " + i);
                    }
                    awaitEvents(database, 1L);
                    for (int i = 0; i < TEXTS; i++) {
                        run.text(attempt, "text " + i);
                        if (i == TEXTS / 2) {
                            stopServer(stop == STOPS ? "KILL" : "INT");
                        }
                    }
                }
                run.finish(attempt, Outcome.PASSED, Optional.empty(), 0);
                run.finish();
                var counts = new SqlQuery(database)
                        .run("select count(*), count(distinct seq), max(seq), max(r.status)"
                                + " from orchestrator_events e join orchestrator_runs r on r.id = e.run_id");
                int all = 2 * STOPS * TEXTS;
                assertThat(counts.rows()).hasToString("[[" + all + ", " + all + ", " + all + ", \"finished\"]]");
                assertThat(Files.readAllLines(run.info.folder().resolve("events.jsonl")))
                        .hasSize(all);
                assertThat(run.info.folder().resolve("pending.jsonl")).doesNotExist();
            }
            assertThat(said.toString(StandardCharsets.UTF_8)).contains("The log database is back");
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(40))
                .untilAsserted(() -> assertThat(home.resolve("log-db/keeper")).doesNotExist());
    }

    private static void awaitEvents(LogDatabase database, long least) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(40))
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(new SqlQuery(database)
                                .run("select count(*) from orchestrator_events")
                                .rows()
                                .get(0)
                                .get(0)
                                .longValue())
                        .isGreaterThanOrEqualTo(least));
    }

    private void stopServer(String signal) throws Exception {
        String pid =
                Files.readAllLines(home.resolve("log-db/data/postmaster.pid")).get(0);
        new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pid).start().waitFor();
    }
}
