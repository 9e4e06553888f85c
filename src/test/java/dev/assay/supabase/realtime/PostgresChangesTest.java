package dev.assay.supabase.realtime;

import static net.javacrumbs.jsonunit.assertj.JsonAssertions.assertThatJson;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.assay.supabase.SupabaseFixture;
import dev.assay.supabase.SupabaseProject;
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
}
