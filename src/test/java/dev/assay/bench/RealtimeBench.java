package dev.assay.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.supabase.EmbeddedSupabase;
import dev.assay.supabase.SupabaseProject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;
import org.postgresql.replication.PGReplicationStream;

/**
 * How long after a commit a client knows of it, beside the replication stream alone: both hear of the same commits. Run
 * by {@code mvn -Pbench verify}.
 */
@Timeout(600)
class RealtimeBench {
    private static final int WARM_UP = 300;
    private static final int COMMITS = 700;

    /** When a line with a number came, in nanoseconds. */
    private record Heard(int number, long at) {}

    @Test
    void should_tell_of_a_commit(@TempDir Path folder) throws Exception {
        try (EmbeddedSupabase supabase =
                        EmbeddedSupabase.start(Path.of(System.getProperty("user.home"), ".cache", "assay"));
                SupabaseProject project = supabase.open(folder, EmbeddedSupabase.Identity.OWN);
                Connection writing = DriverManager.getConnection(project.jdbcUrl());
                Statement statement = writing.createStatement()) {
            statement.execute("create table public.notes (id int primary key, owner text default 'anon', body text);"
                    + " alter table public.notes enable row level security;"
                    + " create policy own on public.notes for select using (owner = auth.role());"
                    + " alter publication supabase_realtime add table public.notes");
            BlockingQueue<Heard> byClient = new LinkedBlockingQueue<>();
            BlockingQueue<Heard> byStream = new LinkedBlockingQueue<>();
            WebSocket socket = subscribed(project, byClient);
            Connection replication = DriverManager.getConnection(
                    project.superuserUrl() + "&replication=database&preferQueryMode=simple&assumeMinServerVersion=17");
            try {
                follow(replication, byStream);
                List<Double> client = new ArrayList<>();
                List<Double> stream = new ArrayList<>();
                for (int i = 0; i < WARM_UP + COMMITS; i++) {
                    statement.execute("insert into public.notes (id, body) values (" + i + ", 'note')");
                    long committed = System.nanoTime();
                    double one = millis(byStream, i, committed);
                    double other = millis(byClient, i, committed);
                    if (i >= WARM_UP) {
                        stream.add(one);
                        client.add(other);
                    }
                }
                client.sort(null);
                stream.sort(null);
                System.out.printf(
                        "commit to client under RLS: median %.2f ms, p99 %.2f ms; stream alone %.2f ms, p99 %.2f ms;"
                                + " difference %.2f ms, goal 5%n",
                        client.get(COMMITS / 2),
                        client.get(COMMITS * 99 / 100),
                        stream.get(COMMITS / 2),
                        stream.get(COMMITS * 99 / 100),
                        client.get(COMMITS / 2) - stream.get(COMMITS / 2));
                assertThat(client).hasSize(COMMITS);
            } finally {
                socket.abort();
                replication.abort(Runnable::run);
                awaitNoSlot(project);
            }
        }
    }

    private static double millis(BlockingQueue<Heard> queue, int number, long since) throws InterruptedException {
        Heard heard = queue.poll(60, TimeUnit.SECONDS);
        assertThat(heard).as("what tells of commit %s", number).isNotNull();
        assertThat(heard.number()).isEqualTo(number);
        return (heard.at() - since) / 1e6;
    }

    private static WebSocket subscribed(SupabaseProject project, BlockingQueue<Heard> heard)
            throws InterruptedException {
        BlockingQueue<String> other = new LinkedBlockingQueue<>();
        URI uri = URI.create(project.url().replace("http:", "ws:") + "/realtime/v1/websocket?vsn=2.0.0&apikey="
                + project.keys().anonKey());
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(uri, new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
                        long now = System.nanoTime();
                        String text = data.toString();
                        int at = text.indexOf("\"record\":{\"id\":");
                        if (at >= 0) {
                            int start = at + "\"record\":{\"id\":".length();
                            heard.add(
                                    new Heard(Integer.parseInt(text.substring(start, text.indexOf(',', start))), now));
                        } else {
                            other.add(text);
                        }
                        from.request(1);
                        return null;
                    }
                })
                .join();
        socket.sendText(
                        "[\"1\",\"1\",\"realtime:x\",\"phx_join\",{\"config\":{\"postgres_changes\":[{\"event\":\"*\","
                                + "\"schema\":\"public\",\"table\":\"notes\"}]}}]",
                        true)
                .join();
        String message = "";
        while (!message.contains("Subscribed to PostgreSQL")) {
            message = other.poll(60, TimeUnit.SECONDS);
            assertThat(message).as("the answer to the subscription").isNotNull();
        }
        return socket;
    }

    private static void follow(Connection replication, BlockingQueue<Heard> heard) throws SQLException {
        PGConnection pg = replication.unwrap(PGConnection.class);
        pg.getReplicationAPI()
                .createReplicationSlot()
                .logical()
                .withSlotName("bench")
                .withOutputPlugin("test_decoding")
                .withTemporaryOption()
                .make();
        PGReplicationStream stream = pg.getReplicationAPI()
                .replicationStream()
                .logical()
                .withSlotName("bench")
                .start();
        Thread reading = new Thread(() -> read(stream, heard), "bench-stream");
        reading.setDaemon(true);
        reading.start();
    }

    private static void read(PGReplicationStream stream, BlockingQueue<Heard> heard) {
        try {
            while (true) {
                ByteBuffer bytes = stream.read();
                String line = new String(
                        bytes.array(),
                        bytes.arrayOffset() + bytes.position(),
                        bytes.remaining(),
                        StandardCharsets.UTF_8);
                int at = line.indexOf("INSERT: id[integer]:");
                if (at >= 0) {
                    int start = at + "INSERT: id[integer]:".length();
                    int number = Integer.parseInt(line.substring(start, line.indexOf(' ', start)));
                    stream.read(); // a change is known when its commit is
                    heard.add(new Heard(number, System.nanoTime()));
                }
            }
        } catch (SQLException e) {
            // the connection was closed: the measurement is over
        }
    }

    /** The database cannot be dropped before. */
    private static void awaitNoSlot(SupabaseProject project) throws Exception {
        try (Connection connection = DriverManager.getConnection(project.superuserUrl());
                Statement statement = connection.createStatement()) {
            boolean held = true;
            while (held) {
                try (var rows =
                        statement.executeQuery("select 1 from pg_replication_slots where slot_name = 'bench'")) {
                    held = rows.next();
                }
            }
        }
    }
}
