package dev.assay.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.supabase.EmbeddedSupabase;
import dev.assay.supabase.SupabaseProject;
import dev.assay.supabase.project.TemplateDatabase;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the embedded Supabase costs beside PostgreSQL alone, measured in turns; run by {@code mvn -Pbench verify}. */
@Timeout(600)
class SupabaseBench {
    private static final int ROUNDS = 7;
    private static final int REQUESTS = 400;
    private static final int CLIENTS = 200;
    private static final long MILLIS = TimeUnit.SECONDS.toMillis(60);

    private static EmbeddedSupabase supabase;
    private static SupabaseProject project;
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @BeforeAll
    static void open(@TempDir Path folder) throws Exception {
        supabase = EmbeddedSupabase.start(Path.of(System.getProperty("user.home"), ".cache", "assay"));
        project = supabase.open(folder, EmbeddedSupabase.Identity.OWN);
        try (Connection connection = DriverManager.getConnection(project.jdbcUrl());
                Statement statement = connection.createStatement()) {
            statement.execute("create table public.notes (id int primary key, owner text not null default auth.role(),"
                    + " body text); alter table public.notes enable row level security;"
                    + " create policy own on public.notes using (owner = auth.role()) with check (true);"
                    + " insert into public.notes select i, 'anon', 'note ' || i from generate_series(1, 1000) i;"
                    + " create table public.visits (id int primary key, client int)");
        }
    }

    @AfterAll
    static void close() {
        supabase.close();
    }

    private interface Work {
        void run() throws Exception;
    }

    private static double millis(Work work) throws Exception {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e6;
    }

    private static double at(List<Double> times, double part) {
        double[] sorted =
                times.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted[(int) Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
    }

    private static void print(String what, List<Double> ours, List<Double> reference) {
        System.out.printf(
                "%s: median %.2f ms, p99 %.2f ms; reference %.2f ms; ratio %.2f, p99 %.2f%n",
                what,
                at(ours, 0.5),
                at(ours, 0.99),
                at(reference, 0.5),
                at(ours, 0.5) / at(reference, 0.5),
                at(ours, 0.99) / at(reference, 0.5));
    }

    /** Beside {@code CREATE DATABASE … TEMPLATE} alone. */
    @Test
    void should_open_a_fresh_project(@TempDir Path folder) throws Exception {
        List<Double> ours = new ArrayList<>();
        List<Double> reference = new ArrayList<>();
        String admin = project.superuserUrl().replaceFirst("/[^/?]+\\?", "/postgres?");
        try (Connection connection = DriverManager.getConnection(admin);
                Statement statement = connection.createStatement()) {
            for (int i = 0; i < ROUNDS + 2; i++) {
                List<SupabaseProject> opened = new ArrayList<>();
                double open = millis(() -> opened.add(supabase.open(folder, EmbeddedSupabase.Identity.OWN)));
                opened.get(0).close();
                double create =
                        millis(() -> statement.execute("create database bench template " + TemplateDatabase.NAME));
                statement.execute("drop database bench");
                if (i >= 2) {
                    ours.add(open);
                    reference.add(create);
                }
            }
        }
        print("fresh embedded Supabase", ours, reference);
        assertThat(ours).hasSize(ROUNDS);
    }

    /** Beside the same SQL, with the same role, over JDBC. */
    @Test
    void should_answer_a_request_under_rls() throws Exception {
        HttpRequest request = get("/notes?select=id,owner,body&order=id&limit=20");
        List<Double> ours = new ArrayList<>();
        List<Double> reference = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(project.jdbcUrl())) {
            connection.setAutoCommit(false);
            for (int i = 0; i < REQUESTS * 2; i++) {
                double http = millis(() -> assertThat(CLIENT.send(request, HttpResponse.BodyHandlers.ofString())
                                .body())
                        .contains("note 20"));
                double jdbc = millis(() -> query(connection));
                if (i >= REQUESTS) {
                    ours.add(http);
                    reference.add(jdbc);
                }
            }
        }
        print("REST request under RLS, 20 rows", ours, reference);
        assertThat(ours).hasSize(REQUESTS);
    }

    private static void query(Connection connection) throws SQLException {
        try (PreparedStatement settings = connection.prepareStatement(
                        "select set_config('request.jwt.claims', '{\"role\":\"anon\"}', true), set_config('role', 'anon', true)");
                PreparedStatement rows = connection.prepareStatement(
                        "select json_agg(t)::text from (select id, owner, body from public.notes order by id limit 20) t")) {
            settings.execute();
            try (ResultSet result = rows.executeQuery()) {
                assertThat(result.next()).isTrue();
                assertThat(result.getString(1)).contains("note 20");
            }
        }
        connection.commit();
    }

    private static HttpRequest get(String path) {
        return HttpRequest.newBuilder(URI.create(project.url() + "/rest/v1" + path))
                .header("apikey", project.keys().anonKey())
                .build();
    }

    /** Every row that a client was told was written is there, and no request fails. */
    @Test
    void should_lose_nothing_of_many_clients() throws Exception {
        AtomicInteger ids = new AtomicInteger();
        AtomicInteger written = new AtomicInteger();
        long end = System.currentTimeMillis() + MILLIS;
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<Callable<List<String>>> work = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                int number = client;
                work.add(() -> client(number, end, ids, written));
            }
            List<String> failures = new ArrayList<>();
            for (Future<List<String>> done : clients.invokeAll(work)) {
                failures.addAll(done.get());
            }
            assertThat(failures).isEmpty();
        } finally {
            clients.shutdownNow();
        }
        try (Connection connection = DriverManager.getConnection(project.jdbcUrl());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from public.visits")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getInt(1)).isEqualTo(written.get());
        }
        System.out.printf("%d clients for %d s: %d rows written, none lost%n", CLIENTS, MILLIS / 1000, written.get());
    }

    private static List<String> client(int number, long end, AtomicInteger ids, AtomicInteger written)
            throws Exception {
        List<String> failures = new ArrayList<>();
        while (System.currentTimeMillis() < end && failures.isEmpty()) {
            int id = ids.incrementAndGet();
            HttpRequest insert = HttpRequest.newBuilder(URI.create(project.url() + "/rest/v1/visits"))
                    .header("apikey", project.keys().anonKey())
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"id\":" + id + ",\"client\":" + number + "}"))
                    .build();
            HttpResponse<String> posted = CLIENT.send(insert, HttpResponse.BodyHandlers.ofString());
            if (posted.statusCode() != 201) {
                failures.add(posted.statusCode() + " " + posted.body());
            } else {
                written.incrementAndGet();
            }
            HttpResponse<String> read =
                    CLIENT.send(get("/visits?select=client&id=eq." + id), HttpResponse.BodyHandlers.ofString());
            if (!read.body().equals("[{\"client\":" + number + "}]")) {
                failures.add(Arrays.asList(read.statusCode(), read.body()).toString());
            }
        }
        return failures;
    }
}
