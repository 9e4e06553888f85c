package dev.assay.store;

import static dev.assay.store.LogFixture.execute;
import static dev.assay.store.LogFixture.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class MigrationsTest {
    @RegisterExtension
    static final LogFixture POSTGRES = new LogFixture();

    private static final List<String> TABLES = List.of(
            "orchestrator_audit",
            "orchestrator_classifications",
            "orchestrator_digest_failures",
            "orchestrator_digest_reading",
            "orchestrator_digest_recoveries",
            "orchestrator_digest_tools",
            "orchestrator_digests",
            "orchestrator_events",
            "orchestrator_questions",
            "orchestrator_results",
            "orchestrator_runs",
            "orchestrator_steps");

    @Test
    void should_name_the_database_and_not_the_password_when_it_is_away() {
        try (LogDatabase database = LogDatabase.at("postgresql://me:s3cret@127.0.0.1:1/log")) {
            assertThatThrownBy(database::connection)
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("postgresql://127.0.0.1:1/log")
                    .hasMessageContaining("refused")
                    .hasMessageNotContaining("s3cret");
        }
    }

    @Test
    void should_join_all_migrations_in_the_file_at_the_top() throws IOException {
        StringBuilder joined = new StringBuilder();
        Path folder = Path.of("src/main/resources/db/migration");
        for (String file : Migrations.FILES) {
            joined.append(Files.readString(folder.resolve(file)));
        }
        assertThat(Files.readString(Path.of("migration.sql"))).isEqualTo(joined.toString());
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()).sorted())
                    .isEqualTo(Migrations.FILES);
        }
    }

    @Test
    void should_make_tables_and_views_closed_to_all_but_their_owner() throws Exception {
        String url = POSTGRES.newDatabase();
        open(url);
        open(url);
        assertThat(rows(url, "select tablename from pg_tables where schemaname = 'public' order by 1"))
                .isEqualTo(TABLES);
        assertThat(rows(
                        url,
                        "select relname from pg_class where relnamespace = 'public'::regnamespace"
                                + " and relkind = 'r' and not relrowsecurity"))
                .isEmpty();
        assertThat(rows(url, "select * from pg_policies")).isEmpty();
        assertThat(rows(
                        url,
                        "select relname from pg_class where relnamespace = 'public'::regnamespace"
                                + " and relkind = 'v' and reloptions @> '{security_invoker=true}' order by 1"))
                .containsExactly(
                        "orchestrator_commands",
                        "orchestrator_errors",
                        "orchestrator_run_summary",
                        "orchestrator_tool_usage");
    }

    @Test
    void should_accept_a_database_into_which_the_file_was_pasted() throws Exception {
        String url = POSTGRES.newDatabase();
        execute(url, "create table public.something_else (id int)");
        execute(url, Files.readString(Path.of("migration.sql")));
        execute(url, Files.readString(Path.of("migration.sql")));
        open(url);
        execute(url, Files.readString(Path.of("migration.sql")));
        open(url);
        assertThat(rows(url, "select version, success from assay_history.flyway_schema_history order by 1"))
                .contains("1|t");
    }

    @Test
    void should_be_applied_once_by_processes_that_come_at_once() throws Exception {
        String url = POSTGRES.newDatabase();
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            Callable<Integer> open = () -> {
                open(url);
                return 0;
            };
            for (Future<Integer> opened : threads.invokeAll(List.of(open, open, open))) {
                assertThat(opened.get()).isZero();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(rows(url, "select count(*) from assay_history.flyway_schema_history where version = '1'"))
                .containsExactly("1");
    }

    private static void open(String url) throws SQLException {
        try (LogDatabase database = LogDatabase.at(url);
                Connection connection = database.connection()) {
            assertThat(connection.isValid(5)).isTrue();
        }
    }
}
