package dev.assay.postgres;

import static dev.assay.postgres.PostgresClusterTest.execute;
import static dev.assay.postgres.PostgresClusterTest.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedClusterTest {
    private static final Path CACHE = Path.of(System.getProperty("user.home"), ".cache", "assay");
    private static final Duration AT_ONCE = Duration.ZERO;
    private static final Duration LONG = Duration.ofMinutes(5);

    @TempDir
    Path home;

    @AfterEach
    void stopped() throws Exception {
        // whatever a test left running is known by its folder, and ends as its users did
        Files.createDirectories(home.resolve("log-db/users"));
        try (var users = Files.newDirectoryStream(home.resolve("log-db/users"))) {
            for (Path user : users) {
                Files.delete(user);
            }
        }
        awaitStopped();
    }

    @Test
    void should_say_what_to_do_when_the_data_is_damaged() throws Exception {
        SharedCluster.join(home, CACHE, AT_ONCE).close();
        awaitStopped();
        Path control = data().resolve("global/pg_control");
        Files.write(control, new byte[(int) Files.size(control)]);
        assertThatThrownBy(() -> SharedCluster.join(home, CACHE, AT_ONCE))
                .isInstanceOf(PostgresUnavailable.class)
                .hasMessageContaining("PG_CONTROL_VERSION 0")
                .hasMessageContaining(data().toString())
                .hasMessageContaining("move that folder away");
        assertThat(users()).isEmpty();
    }

    @Test
    void should_refuse_data_of_another_version() throws Exception {
        Files.createDirectories(data());
        Files.writeString(data().resolve("PG_VERSION"), "16\n");
        assertThatThrownBy(() -> SharedCluster.join(home, CACHE, AT_ONCE))
                .isInstanceOf(PostgresUnavailable.class)
                .hasMessageContaining("says 16 and this PostgreSQL is 17");
    }

    @Test
    void should_keep_data_between_users_and_stop_after_the_last() throws Exception {
        String first;
        try (SharedCluster cluster = SharedCluster.join(home, CACHE, AT_ONCE)) {
            first = cluster.jdbcUrl();
            execute(first, "create table t as select 7 as n");
            assertThat(value(first, "show fsync")).isEqualTo("on");
            try (SharedCluster second = SharedCluster.join(home, CACHE, AT_ONCE)) {
                assertThat(second.jdbcUrl()).isEqualTo(first);
            }
            assertThat(value(first, "select n from t")).isEqualTo("7");
        }
        awaitStopped();
        assertThatThrownBy(() -> value(first, "select 1")).hasMessageContaining("refused");
        assertThat(data().resolve("postmaster.pid")).doesNotExist();
        try (SharedCluster cluster = SharedCluster.join(home, CACHE, AT_ONCE)) {
            assertThat(value(cluster.jdbcUrl(), "select n from t")).isEqualTo("7");
        }
    }

    @Test
    void should_hide_its_password_from_others() throws Exception {
        try (SharedCluster cluster = SharedCluster.join(home, CACHE, AT_ONCE)) {
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(data().resolve(DataFolder.PASSWORD_FILE))))
                    .isEqualTo("rw-------");
            assertThatThrownBy(() ->
                            value(cluster.jdbcUrl().replaceAll("password=[^&]*", "password=postgres"), "select 1"))
                    .hasMessageContaining("password authentication failed");
        }
    }

    @Test
    void should_be_shared_by_processes_that_start_at_once() throws Exception {
        List<ChildJvm> children = new ArrayList<>();
        try {
            for (int i = 0; i < 2; i++) {
                children.add(ChildJvm.start(User.class, home.toString(), CACHE.toString()));
            }
            String url = children.get(0).line();
            assertThat(children.get(1).line()).isEqualTo(url);
            children.get(0).end();
            assertThat(value(url, "select 1")).isEqualTo("1");
            children.get(1).end();
            awaitStopped();
        } finally {
            for (ChildJvm child : children) {
                child.close();
            }
        }
    }

    @Test
    void should_notice_users_that_were_killed() throws Exception {
        try (ChildJvm child = ChildJvm.start(User.class, home.toString(), CACHE.toString())) {
            assertThat(value(child.line(), "select 1")).isEqualTo("1");
            child.kill();
            awaitStopped();
            assertThat(users()).isEmpty();
        }
    }

    @Test
    void should_recover_when_everything_was_killed() throws Exception {
        try (ChildJvm child = ChildJvm.start(User.class, home.toString(), CACHE.toString())) {
            execute(child.line(), "create table t as select 7 as n");
            kill(Files.readString(folder().resolve("keeper")).strip().split("-", -1)[0]);
            kill(Files.readAllLines(data().resolve("postmaster.pid")).get(0));
            child.kill();
        }
        assertThat(data().resolve("postmaster.pid")).exists();
        // the number of the dead server now belongs to somebody else
        List<String> lines = new ArrayList<>(Files.readAllLines(data().resolve("postmaster.pid")));
        lines.set(0, Long.toString(ProcessHandle.current().pid()));
        Files.write(data().resolve("postmaster.pid"), lines);
        try (SharedCluster cluster = SharedCluster.join(home, CACHE, AT_ONCE)) {
            assertThat(value(cluster.jdbcUrl(), "select n from t")).isEqualTo("7");
        }
    }

    @Test
    void should_start_another_keeper_where_it_was_killed_while_stopping() throws Exception {
        try (SharedCluster first = SharedCluster.join(home, CACHE, LONG)) {
            String keeper = Files.readString(folder().resolve("keeper")).strip();
            kill(keeper.split("-", -1)[0]);
            Files.writeString(folder().resolve("stopping"), keeper);
            try (SharedCluster second = SharedCluster.join(home, CACHE, AT_ONCE)) {
                assertThat(second.jdbcUrl()).isEqualTo(first.jdbcUrl());
            }
            assertThat(Files.readString(folder().resolve("keeper")).strip()).isNotEqualTo(keeper);
        }
    }

    @Test
    void should_serve_users_that_come_while_it_stops() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            Callable<Integer> comingAndGoing = () -> {
                for (int i = 0; i < 6; i++) {
                    try (SharedCluster cluster = SharedCluster.join(home, CACHE, AT_ONCE)) {
                        assertThat(value(cluster.jdbcUrl(), "select 1")).isEqualTo("1");
                    }
                    Thread.sleep(100L * i); // lets the keeper see that nobody is there, at differing moments
                }
                return 0;
            };
            for (var result : threads.invokeAll(List.of(comingAndGoing, comingAndGoing, comingAndGoing))) {
                assertThat(result.get()).isZero();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private Path folder() {
        return home.resolve("log-db");
    }

    private Path data() {
        return folder().resolve("data");
    }

    private List<Path> users() throws IOException {
        try (var files = Files.list(folder().resolve("users"))) {
            return files.toList();
        }
    }

    private static void kill(String pid) throws IOException, InterruptedException {
        new ProcessBuilder("sh", "-c", "kill -KILL " + pid).start().waitFor();
        Awaitility.await().until(() -> ProcessId.of(Long.parseLong(pid)).isEmpty());
    }

    private void awaitStopped() {
        Awaitility.await().atMost(Duration.ofSeconds(40)).untilAsserted(() -> {
            assertThat(folder().resolve("keeper")).doesNotExist();
            assertThat(folder().resolve("stopping")).doesNotExist();
            if (Files.exists(data())) {
                assertThat(RunningServer.processesOn(data())).isEmpty();
            }
        });
    }

    /** Joins, says where, and leaves when its input ends. */
    static final class User {
        public static void main(String[] arguments) throws Exception {
            try (SharedCluster cluster =
                    SharedCluster.join(Path.of(arguments[0]), Path.of(arguments[1]), Duration.ZERO)) {
                System.out.println(cluster.jdbcUrl());
                System.in.read();
            }
        }
    }
}
