package dev.assay.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.postgres.ChildJvm;
import dev.assay.postgres.PostgresCluster;
import dev.assay.store.LogDatabase;
import dev.assay.store.RunStore;
import dev.assay.store.StoredResults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** kill -9 at every phase of a run, and then a resume: no call that was over is made again, and nothing is lost. */
class KilledRunIT {
    private static PostgresCluster cluster;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() throws InterruptedException {
        Path cache = Path.of(System.getProperty("user.home"), ".cache", "assay");
        cluster = PostgresCluster.start(PostgresCluster.Options.empty(cache));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "runStarted",
                "begins plan 1",
                "ends plan 1",
                "planAccepted",
                "begins implement a 1",
                "ends implement a 1",
                "started build/a/1/apply",
                "started build/a/1/rls/ok",
                "begins verify a 1",
                "ends verify a 1",
                "finished build/a/1",
                "ends implement a 2",
                "finished build/a",
                DoomedRun.HALFWAY,
                "ends verify b 1",
                "started smoke/1/page",
                "begins fix 1",
                "ends fix 1",
                "finished smoke",
                "started evaluation/rls/ok",
                "finished evaluation",
            })
    void should_go_on_after_a_kill_without_making_a_call_again_that_was_over(String point) throws Exception {
        String url = newDatabase();
        try (ChildJvm child = ChildJvm.start(DoomedRun.class, folder.toString(), point, url)) {
            assertThat(child.line()).isEqualTo("here");
            child.kill();
        }
        List<String> over = over();

        try (LogDatabase database = LogDatabase.at(url);
                ScriptedRun again = DoomedRun.scripted(folder)) {
            try (RunStore store = new RunStore(database, System.err, Clock.systemUTC())) {
                again.listeners.add(store);
                RunResult result =
                        again.resume(StoredResults.of(folder.resolve("run")).before(), Optional.empty());
                assertThat(result.outcome()).as(result.message()).isEqualTo(Outcome.PASSED);
            }

            List<String> all = new ArrayList<>(over);
            all.addAll(again.calls);
            assertThat(all)
                    .as("all calls that came to their end, each once")
                    .containsExactly(
                            "plan 1",
                            "implement a 1",
                            "verify a 1",
                            "implement a 2",
                            "verify a 2",
                            "implement b 1",
                            "verify b 1",
                            "fix 1");
            assertStored(url);
        }
        assertThat(folder.resolve("run/workspace/work.txt")).hasContent("fix 1");
    }

    private void assertStored(String url) throws SQLException, IOException {
        assertThat(rows(url, "select status, outcome from public.orchestrator_runs"))
                .containsExactly("finished|passed");
        assertThat(rows(
                        url,
                        "select concat_ws(' ', phase, step, attempt) from public.orchestrator_steps"
                                + " where outcome = 'passed' order by position"))
                .hasSize(8)
                .doesNotHaveDuplicates();
        assertThat(rows(url, "select count(*) from public.orchestrator_steps where outcome is null"))
                .containsExactly("0");
        assertThat(rows(
                        url,
                        "select unique_id from public.orchestrator_results where leaf and outcome <> 'skipped'"
                                + " and unique_id like '%/[stage:build]/%' order by position"))
                .hasSize(15);
        long lines = Files.readAllLines(folder.resolve("run/events.jsonl")).size();
        assertThat(rows(url, "select count(distinct seq) = " + lines + ", max(seq) from public.orchestrator_events"))
                .containsExactly("t|" + lines);
    }

    private List<String> over() throws IOException {
        Path file = folder.resolve("over");
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    private static String newDatabase() {
        String name = "log_" + UUID.randomUUID().toString().replace("-", "");
        cluster.createDatabase(name, "template0", cluster.superuser());
        return cluster.jdbcUrl(name, cluster.superuser(), cluster.superuserPassword());
    }

    private static List<String> rows(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> all = new ArrayList<>();
            while (rows.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    row.add(rows.getString(i));
                }
                all.add(String.join("|", row));
            }
            return all;
        }
    }
}
