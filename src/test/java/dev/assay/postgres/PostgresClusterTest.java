package dev.assay.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresClusterTest {
    private static final Path CACHE = Path.of(System.getProperty("user.home"), ".cache", "assay");

    @TempDir
    Path temporary;

    @Test
    void should_say_what_the_server_said_when_it_does_not_start() {
        var options = new PostgresCluster.Options(
                CACHE, "postgres", "empty", url -> {}, Map.of("shared_buffers", "as much as there is"));
        assertThatThrownBy(() -> PostgresCluster.start(options))
                .isInstanceOf(PostgresUnavailable.class)
                .hasMessageContaining("exit code 1")
                .hasMessageContaining("invalid value for parameter \"shared_buffers\"");
    }

    @Test
    void should_leave_nothing_when_the_initializer_fails() throws Exception {
        Path cache = cacheWithBinaries();
        var options = new PostgresCluster.Options(
                cache,
                "postgres",
                "broken",
                url -> {
                    throw new SQLException("no such role");
                },
                Map.of());
        assertThatThrownBy(() -> PostgresCluster.start(options))
                .isInstanceOf(PostgresUnavailable.class)
                .hasMessageContaining("no such role");
        assertThat(cache.resolve("postgres/templates").toFile().list((dir, name) -> name.endsWith(".tar")))
                .isEmpty();
    }

    @Test
    void should_build_the_template_once_and_start_each_cluster_from_it() throws Exception {
        Path cache = cacheWithBinaries();
        AtomicInteger built = new AtomicInteger();
        var options = new PostgresCluster.Options(
                cache,
                "boss",
                "one table",
                url -> {
                    built.incrementAndGet();
                    execute(url, "create table t as select 7 as n");
                },
                Map.of("work_mem", "5MB"));
        String first;
        try (PostgresCluster cluster = PostgresCluster.start(options)) {
            first = cluster.superuserPassword();
            assertThat(value(superuserUrl(cluster), "select n from t")).isEqualTo("7");
            execute(superuserUrl(cluster), "update t set n = 8");
        }
        try (PostgresCluster cluster = PostgresCluster.start(options)) {
            assertThat(built).hasValue(1);
            assertThat(value(superuserUrl(cluster), "select n from t")).isEqualTo("7");
            assertThat(value(superuserUrl(cluster), "show work_mem")).isEqualTo("5MB");
            assertThat(value(superuserUrl(cluster), "select current_user")).isEqualTo("boss");
            assertThat(cluster.superuserPassword()).isNotEqualTo(first);
            assertThatThrownBy(() -> value(cluster.jdbcUrl("postgres", "boss", first), "select 1"))
                    .hasMessageContaining("password authentication failed");
        }
    }

    @Test
    void should_start_several_at_once_on_an_empty_cache() throws Exception {
        Path cache = cacheWithBinaries();
        AtomicInteger built = new AtomicInteger();
        var options =
                new PostgresCluster.Options(cache, "postgres", "at once", url -> built.incrementAndGet(), Map.of());
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            Callable<String> start = () -> {
                try (PostgresCluster cluster = PostgresCluster.start(options)) {
                    return value(superuserUrl(cluster), "select 1");
                }
            };
            for (Future<String> answer : threads.invokeAll(List.of(start, start, start))) {
                assertThat(answer.get()).isEqualTo("1");
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(built).hasValue(1);
    }

    @Test
    void should_copy_and_drop_databases() throws Exception {
        try (PostgresCluster cluster = PostgresCluster.start(PostgresCluster.Options.empty(CACHE))) {
            execute(superuserUrl(cluster), "create role \"An Owner\" login password 'p/&?'");
            cluster.createDatabase("from me", "template0", "An Owner");
            String url = cluster.jdbcUrl("from me", "An Owner", "p/&?");
            execute(url, "create table t as select 'x' as v");
            cluster.createDatabase("copy", "from me", "An Owner");
            assertThat(value(cluster.jdbcUrl("copy", "An Owner", "p/&?"), "select v from t"))
                    .isEqualTo("x");
            try (Connection open = DriverManager.getConnection(url)) {
                cluster.dropDatabase("from me");
                cluster.dropDatabase("from me");
                assertThat(open.isValid(1)).isFalse();
            }
            assertThatThrownBy(() -> cluster.createDatabase("again", "from me", "An Owner"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("\"from me\" does not exist");
        }
    }

    @Test
    void should_delete_its_data_and_free_its_port_when_closed() throws Exception {
        Path folder;
        String url;
        try (PostgresCluster cluster = PostgresCluster.start(PostgresCluster.Options.empty(CACHE))) {
            folder = cluster.log().getParent();
            url = superuserUrl(cluster);
            assertThat(folder).isDirectory();
            assertThat(value(url, "show listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(value(url, "show log_timezone")).isEqualTo("UTC");
            assertThat(value(url, "show wal_level")).isEqualTo("logical");
        }
        assertThat(folder).doesNotExist();
        assertThatThrownBy(() -> value(url, "select 1")).hasMessageContaining("refused");
    }

    @Test
    void should_leave_nothing_when_its_jvm_is_killed() throws Exception {
        try (ChildJvm child = ChildJvm.start(ClusterHolder.class, CACHE.toString())) {
            Path folder = Path.of(child.line());
            String url = child.line();
            assertThat(value(url, "select 1")).isEqualTo("1");
            child.kill();
            Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                assertThat(folder).doesNotExist();
                assertThatThrownBy(() -> value(url, "select 1")).hasMessageContaining("refused");
            });
        }
    }

    @Test
    void should_clear_away_what_a_dead_jvm_left() throws Exception {
        String namespace =
                Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString().replaceAll("\\D", "");
        Path parent = Path.of(System.getProperty("java.io.tmpdir"));
        // process 1 exists and did not start at tick 999999999999
        Path left = parent.resolve("assay-pg-1-999999999999-" + namespace + "-leftover");
        Path foreign = parent.resolve(
                "assay-pg-1-999999999999-12-leftover" + ProcessId.current().pid());
        Files.createDirectories(left.resolve("data"));
        Files.createDirectories(foreign);
        try (PostgresCluster cluster = PostgresCluster.start(PostgresCluster.Options.empty(CACHE))) {
            assertThat(left).doesNotExist();
            assertThat(foreign).exists();
            assertThat(value(superuserUrl(cluster), "select 1")).isEqualTo("1");
        } finally {
            FileTree.delete(foreign);
            FileTree.delete(left);
        }
    }

    @Test
    void should_run_as_nobody_where_root_has_no_user_namespaces() throws Exception {
        assumeTrue(Account.isRoot(), "only root can become nobody");
        Account nobody = Account.nobody();
        PostgresBinaries binaries = PostgresBinaries.unpacked(CACHE);
        ThrowAwayFolder folder = ThrowAwayFolder.create();
        try {
            DataFolder.initialise(binaries, nobody, folder.data(), "postgres", List.of(), folder.log());
            String password = Files.readString(folder.data().resolve(DataFolder.PASSWORD_FILE));
            Postmaster postmaster = Postmaster.start(
                    binaries, nobody, folder.data(), folder.log(), Map.of(), 0, Duration.ofSeconds(30));
            try {
                assertThat(value(PostgresCluster.url(postmaster.port(), "postgres", "postgres", password), "select 1"))
                        .isEqualTo("1");
            } finally {
                postmaster.stopImmediately();
            }
        } finally {
            folder.close();
        }
    }

    @AfterEach
    void unlink() throws IOException {
        FileTree.delete(temporary.resolve("cache")); // does not follow the links
    }

    /** A cache of this test's own, whose programs are those of the user's cache. */
    private Path cacheWithBinaries() throws IOException, InterruptedException {
        PostgresBinaries.unpacked(CACHE);
        Path cache = Files.createDirectory(temporary.resolve("cache"));
        Files.createDirectory(cache.resolve("postgres"));
        try (var versions = Files.newDirectoryStream(CACHE.resolve("postgres"), "17-*")) {
            for (Path version : versions) {
                Files.createSymbolicLink(cache.resolve("postgres").resolve(version.getFileName()), version);
            }
        }
        return cache;
    }

    static String superuserUrl(PostgresCluster cluster) {
        return cluster.jdbcUrl("postgres", cluster.superuser(), cluster.superuserPassword());
    }

    static void execute(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static String value(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    /** Starts a cluster, says where it is, and waits to be killed. */
    static final class ClusterHolder {
        public static void main(String[] arguments) throws Exception {
            PostgresCluster cluster = PostgresCluster.start(PostgresCluster.Options.empty(Path.of(arguments[0])));
            System.out.println(cluster.log().getParent());
            System.out.println(superuserUrl(cluster));
            System.in.read();
        }
    }
}
