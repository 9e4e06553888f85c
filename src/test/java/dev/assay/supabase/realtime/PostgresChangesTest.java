package dev.assay.supabase.realtime;

import static dev.assay.supabase.SupabaseFixture.value;
import static net.javacrumbs.jsonunit.assertj.JsonAssertions.assertThatJson;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.assay.supabase.SupabaseFixture;
import dev.assay.supabase.SupabaseProject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@Timeout(300)
class PostgresChangesTest {
    private static final String ALICE = "00000000-0000-0000-0000-00000000000a";
    private static final String BOB = "00000000-0000-0000-0000-00000000000b";

    @RegisterExtension
    static final SupabaseFixture FIXTURE = new SupabaseFixture();

    private static SupabaseProject project;
    private static final AtomicInteger IDS = new AtomicInteger(100);

    @TempDir
    static Path elsewhere;

    @BeforeAll
    static void open(@TempDir Path folder) throws Exception {
        project = FIXTURE.open(folder);
        sql(
                "create table public.notes (id int primary key, owner uuid, body text, done boolean not null default"
                        + " false, tags text[], data jsonb, at timestamptz)",
                "alter table public.notes enable row level security",
                "create policy own on public.notes for select to authenticated using (owner = auth.uid())",
                "create table public.rooms (id int primary key, name text, secret text)",
                "revoke select on public.rooms from anon",
                "grant select (id, name) on public.rooms to anon",
                "create table public.kept (id int primary key, a text, b text)",
                "alter table public.kept replica identity full",
                "create table public.hidden (id int primary key)",
                "alter publication supabase_realtime add table public.notes, public.rooms, public.kept");
    }

    static void sql(String... statements) throws Exception {
        try (Connection connection = DriverManager.getConnection(project.jdbcUrl());
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static String token(String subject) throws Exception {
        return token(project.keys().jwtSecret(), subject, 3600);
    }

    private static String token(String secret, String subject, int seconds) throws Exception {
        SignedJWT token = new SignedJWT(
                new JWSHeader(JWSAlgorithm.HS256),
                new JWTClaimsSet.Builder()
                        .subject(subject)
                        .claim("role", "authenticated")
                        .expirationTime(Date.from(Instant.now().plusSeconds(seconds)))
                        .build());
        token.sign(new MACSigner(secret));
        return token.serialize();
    }

    @Test
    void should_tell_only_who_may_see_the_row() throws Exception {
        int own = IDS.incrementAndGet();
        int others = IDS.incrementAndGet();
        int last = IDS.incrementAndGet();
        try (PhoenixClient alice = new PhoenixClient(project);
                PhoenixClient bob = new PhoenixClient(project);
                PhoenixClient visitor = new PhoenixClient(project)) {
            String all = "[{\"event\":\"*\",\"schema\":\"public\",\"table\":\"notes\"},"
                    + "{\"event\":\"*\",\"schema\":\"public\",\"table\":\"kept\"}]";
            alice.listen("a", all, token(ALICE));
            bob.listen("b", all, token(BOB));
            visitor.listen("v", all, "");

            sql(
                    "insert into notes (id, owner, body) values (" + others + ", '" + BOB + "', 'of Bob')",
                    "insert into notes (id, owner, body) values (" + own + ", '" + ALICE + "', 'of Alice')",
                    "update notes set body = 'still of Alice' where id = " + own,
                    "insert into kept values (" + last + ")");

            assertThat(alice.changesUpTo("a", last))
                    .extracting(change -> change.at("/record/body").asString(""))
                    .containsExactly("of Alice", "still of Alice", "");
            assertThat(bob.changesUpTo("b", last))
                    .extracting(change -> change.at("/record/body").asString(""))
                    .containsExactly("of Bob", "");
            assertThat(visitor.changesUpTo("v", last)).hasSize(1);
        }
    }

    @Test
    void should_write_a_change_as_supabase_does() throws Exception {
        int id = IDS.incrementAndGet();
        try (PhoenixClient alice = new PhoenixClient(project)) {
            JsonNode joined = alice.join(
                    "payload",
                    "{\"config\":{\"postgres_changes\":[{\"event\":\"*\",\"schema\":\"public\",\"table\":\"notes\","
                            + "\"filter\":\"id=eq." + id + "\"}]},\"access_token\":\"" + token(ALICE) + "\"}");
            alice.awaitSystem("payload", "Subscribed to PostgreSQL", 1);

            // each once the one before was told: a row that is gone or changed again is judged as it is by then
            sql("insert into notes values (" + id + ", '" + ALICE + "', 'it''s [a]:''b'' ünï', true, '{x,\"y z\"}',"
                    + " '{\"k\": 1.50}', '2026-01-02 03:04:05.678+01')");
            alice.awaitChange("payload", "INSERT");
            sql("update notes set done = false, body = null where id = " + id);
            alice.awaitChange("payload", "UPDATE");
            sql("delete from notes where id = " + id);
            JsonNode gone = alice.awaitChange("payload", "DELETE");

            List<JsonNode> payloads = alice.all("payload", "postgres_changes");
            assertThat(payloads).hasSize(3);
            int sub = joined.at("/postgres_changes/0/id").intValue();
            assertThatJson(payloads.get(0).toString())
                    .isEqualTo("{ids: [" + sub + "], data: {schema: 'public', table: 'notes', type: 'INSERT',"
                            + " commit_timestamp: '${json-unit.regex}\\\\d{4}-\\\\d\\\\d-\\\\d\\\\dT\\\\d\\\\d:\\\\d\\\\d:\\\\d\\\\d[.]\\\\d{3}Z',"
                            + " columns: [{name: 'id', type: 'int4'}, {name: 'owner', type: 'uuid'},"
                            + " {name: 'body', type: 'text'}, {name: 'done', type: 'bool'},"
                            + " {name: 'tags', type: '_text'}, {name: 'data', type: 'jsonb'},"
                            + " {name: 'at', type: 'timestamptz'}],"
                            + " record: {id: " + id + ", owner: '" + ALICE + "', body: \"it's [a]:'b' ünï\","
                            + " done: true, tags: ['x', 'y z'], data: {k: 1.50}, at: '2026-01-02T02:04:05.678+00:00'},"
                            + " errors: null}}");
            assertThatJson(payloads.get(1).at("/data/old_record").toString()).isEqualTo("{id: " + id + "}");
            assertThat(payloads.get(1).at("/data/record/body").isNull()).isTrue();
            assertThatJson(gone.at("/data/old_record").toString()).isEqualTo("{id: " + id + "}");
            assertThat(gone.at("/data").has("record")).isFalse();
        }
    }

    @Test
    void should_keep_to_filters_events_and_columns() throws Exception {
        int base = IDS.addAndGet(10); // and the next one
        int last = IDS.addAndGet(10);
        try (PhoenixClient client = new PhoenixClient(project)) {
            for (String filter :
                    List.of("name=eq.a", "id=in.(%d,%d)", "id=gte.%2$d", "name=neq.a", "name=not.like.a%%")) {
                String text = filter.formatted(base, base + 1);
                client.listen(
                        text,
                        "[{\"event\":\"INSERT\",\"schema\":\"public\",\"table\":\"rooms\",\"filter\":\"" + text + "\"},"
                                + "{\"event\":\"*\",\"schema\":\"public\",\"table\":\"kept\"}]",
                        "");
            }

            sql(
                    "insert into rooms values (" + base + ", 'a', 's'), (" + (base + 1) + ", 'b', 's')",
                    "update rooms set name = 'c' where id in (" + base + ", " + (base + 1) + ")",
                    "insert into kept values (" + last + ")");

            assertThat(ids(client, "name=eq.a", last)).containsExactly(base, last);
            assertThat(ids(client, "id=in.(" + base + "," + (base + 1) + ")", last))
                    .hasSize(3);
            assertThat(ids(client, "id=gte." + (base + 1), last)).containsExactly(base + 1, last);
            assertThat(ids(client, "name=neq.a", last)).containsExactly(base + 1, last);
            assertThat(ids(client, "name=not.like.a%", last)).containsExactly(base + 1, last);
            JsonNode change = client.changesUpTo("name=eq.a", last).get(0);
            assertThat(change.path("record").has("secret"))
                    .as("a column without the right to it")
                    .isFalse();
            assertThat(change.path("columns").toString()).doesNotContain("secret");
        }
    }

    private static List<Integer> ids(PhoenixClient client, String topic, int last) {
        return client.changesUpTo(topic, last).stream()
                .map(change -> change.at("/record/id").asInt())
                .toList();
    }

    @Test
    void should_tell_all_old_values_where_the_table_keeps_them() throws Exception {
        int id = IDS.incrementAndGet();
        try (PhoenixClient client = new PhoenixClient(project)) {
            client.listen("full", "[{\"event\":\"*\",\"schema\":\"public\"}]", "");

            sql(
                    "insert into kept values (" + id + ", 'x', null)",
                    "update kept set a = 'y' where id = " + id,
                    "delete from kept where id = " + id);

            List<JsonNode> changes = client.changesUpTo("full", id);
            client.await(message ->
                    client.payload(message).at("/data/type").asString("").equals("DELETE")
                            && client.payload(message).at("/data/old_record/id").asInt() == id);
            assertThat(changes).isNotEmpty();
            JsonNode update = client.all("full", "postgres_changes").get(1).path("data");
            JsonNode delete = client.all("full", "postgres_changes").get(2).path("data");
            assertThatJson(update.path("old_record").toString()).isEqualTo("{id: " + id + ", a: 'x', b: null}");
            assertThatJson(delete.path("old_record").toString()).isEqualTo("{id: " + id + ", a: 'y', b: null}");
        }
    }

    @Test
    void should_say_why_changes_cannot_be_had() throws Exception {
        try (PhoenixClient client = new PhoenixClient(project)) {
            for (String[] wrong : new String[][] {
                {"hidden", "\"table\":\"hidden\",\"schema\":\"public\"", "Please check Realtime is enabled"},
                {"nowhere", "\"table\":\"nowhere\",\"schema\":\"public\"", "Please check Realtime is enabled"},
                {
                    "column",
                    "\"table\":\"rooms\",\"schema\":\"public\",\"filter\":\"x=eq.1\"",
                    "invalid column for filter x"
                },
                {"value", "\"table\":\"rooms\",\"schema\":\"public\",\"filter\":\"id=eq.x\"", "invalid input syntax"},
                {
                    "operator",
                    "\"table\":\"rooms\",\"schema\":\"public\",\"filter\":\"id=foo.1\"",
                    "Error parsing `filter`"
                },
                {"sql", "\"table\":\"rooms\",\"schema\":\"public\",\"filter\":\"id)=eq.1;select\"", "invalid column"},
                {"nothing", "\"event\":\"*\"", "No subscription params provided"},
            }) {
                client.join(wrong[0], "{\"config\":{\"postgres_changes\":[{" + wrong[1] + "}]}}");

                JsonNode system = client.payload(client.awaitSystem(wrong[0], wrong[2], 1));

                assertThat(system.path("status").asString()).isEqualTo("error");
                assertThat(system.path("extension").asString()).isEqualTo("postgres_changes");
            }
        }
    }

    @Test
    void should_follow_a_refreshed_token_and_refuse_a_forged_one() throws Exception {
        int before = IDS.incrementAndGet();
        int after = IDS.incrementAndGet();
        int last = IDS.incrementAndGet();
        try (PhoenixClient client = new PhoenixClient(project)) {
            String wishes = "[{\"event\":\"INSERT\",\"schema\":\"public\",\"table\":\"notes\"},"
                    + "{\"event\":\"INSERT\",\"schema\":\"public\",\"table\":\"kept\"}]";
            client.listen("refresh", wishes, "");
            sql("insert into notes (id, owner) values (" + before + ", '" + ALICE + "')");
            sql("insert into kept values (" + last + ")");
            client.changesUpTo("refresh", last);

            client.send("realtime:refresh", "access_token", "{\"access_token\":\"" + token(ALICE) + "\"}");
            client.awaitSystem("refresh", "Subscribed to PostgreSQL", 2);
            sql("insert into notes (id, owner) values (" + after + ", '" + ALICE + "')");

            assertThat(ids(client, "refresh", after)).containsExactly(last, after);

            String forged = token("another-secret-with-at-least-32-characters", ALICE, 3600);
            client.send("realtime:refresh", "access_token", "{\"access_token\":\"" + forged + "\"}");
            client.awaitSystem("refresh", "Failed to validate JWT signature", 1);
            client.next("refresh", "phx_close");
            for (String[] wrong : new String[][] {
                {forged, "JwtSignatureError: Failed to validate JWT signature"},
                {token(project.keys().jwtSecret(), ALICE, -3600), "InvalidJWTToken: Token has expired"},
                {"no.to.ken", "MalformedJWT: The token provided is not a valid JWT"},
                {"eyJhbGciOiJub25lIn0.eyJyb2xlIjoic2VydmljZV9yb2xlIiwiZXhwIjo5OTk5OTk5OTk5fQ.", "JWT"},
            }) {
                JsonNode reply = client.ask(
                        "realtime:forged",
                        "phx_join",
                        "{\"config\":{\"postgres_changes\":" + wishes + "},\"access_token\":\"" + wrong[0] + "\"}");
                assertThat(reply.path("status").asString()).isEqualTo("error");
                assertThat(reply.at("/response/reason").asString()).contains(wrong[1]);
            }
        }
    }

    @Test
    void should_go_on_after_a_killed_connection_a_dropped_publication_and_a_reset() throws Exception {
        SupabaseProject own = FIXTURE.open(Files.createTempDirectory(elsewhere, "project"));
        try {
            String create =
                    "create table public.t (id int primary key); alter publication supabase_realtime add table t";
            value(own.jdbcUrl(), create);
            try (PhoenixClient client = new PhoenixClient(own)) {
                client.listen("t", "[{\"event\":\"*\",\"schema\":\"public\",\"table\":\"t\"}]", "");
                value(own.jdbcUrl(), "insert into t values (1)");
                client.changesUpTo("t", 1);

                value(
                        own.superuserUrl(),
                        "select pg_terminate_backend(pid) from pg_stat_replication where pid = (select active_pid from"
                                + " pg_replication_slots where database = current_database())");
                client.awaitSystem("t", "Subscribed to PostgreSQL", 2);
                value(own.jdbcUrl(), "insert into t values (2)");
                client.changesUpTo("t", 2);

                value(own.jdbcUrl(), "drop publication supabase_realtime; insert into t values (3)");
                value(own.jdbcUrl(), "create publication supabase_realtime for table t");
                value(own.jdbcUrl(), "insert into t values (4)");
                assertThat(client.changesUpTo("t", 4))
                        .extracting(change -> change.at("/record/id").asInt())
                        .as("3 was not published")
                        .containsExactly(1, 2, 4);

                own.reset();
                client.awaitSystem("t", "Subscribed to PostgreSQL", 3);
                value(own.jdbcUrl(), create);
                value(own.jdbcUrl(), "insert into t values (5)");
                client.changesUpTo("t", 5);

                own.close();
                client.awaitGone();
            }
        } finally {
            own.close();
        }
        String slots = "select count(*) from pg_replication_slots where database is distinct from current_database()";
        assertThat(value(project.superuserUrl(), slots)).isEqualTo("0");
    }

    @Test
    void should_tell_every_change_of_a_large_transaction_in_order() throws Exception {
        int base = IDS.addAndGet(1000);
        IDS.addAndGet(1000);
        try (PhoenixClient client = new PhoenixClient(project)) {
            client.listen("many", "[{\"event\":\"*\",\"schema\":\"public\",\"table\":\"rooms\"}]", "");

            sql("insert into rooms select i, 'n' || i from generate_series(" + base + ", " + (base + 499) + ") i");

            assertThat(ids(client, "many", base + 499)).hasSize(500).isSorted();
        }
    }
}
