package dev.assay.supabase.realtime;

import static dev.assay.supabase.SupabaseFixture.value;
import static net.javacrumbs.jsonunit.assertj.JsonAssertions.assertThatJson;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.assay.supabase.SupabaseFixture;
import dev.assay.supabase.SupabaseProject;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@Timeout(300)
class ChannelsTest {
    private static final String ALICE = "00000000-0000-0000-0000-00000000000a";
    private static final String BOB = "00000000-0000-0000-0000-00000000000b";
    private static final String SELF = "{\"config\":{\"broadcast\":{\"self\":true,\"ack\":true}}}";

    @RegisterExtension
    static final SupabaseFixture FIXTURE = new SupabaseFixture();

    private static SupabaseProject project;

    @BeforeAll
    static void open(@TempDir Path folder) throws Exception {
        project = FIXTURE.open(folder);
        value(
                project.jdbcUrl(),
                "create table public.members (room text, who uuid)",
                "insert into public.members values ('club', '" + ALICE + "')",
                "create function public.is_member(room text) returns boolean language plpgsql stable security definer"
                        + " as $$ begin return exists(select 1 from public.members m where m.room = is_member.room"
                        + " and who = auth.uid()); end $$",
                "create policy reads on realtime.messages for select to authenticated"
                        + " using (public.is_member(realtime.topic()) or realtime.topic() = 'lobby')",
                "create policy writes on realtime.messages for insert to authenticated"
                        + " with check (public.is_member(realtime.topic()))",
                "create table public.todos (id int primary key, title text)",
                "create function public.tell() returns trigger language plpgsql security definer as $$ begin"
                        + " perform realtime.broadcast_changes('club', tg_op, tg_op, tg_table_name, tg_table_schema, new,"
                        + " old); return null; end $$",
                "create trigger tell after insert or update or delete on public.todos for each row execute function"
                        + " public.tell()");
    }

    private static String token(String subject) throws Exception {
        SignedJWT token = new SignedJWT(
                new JWSHeader(JWSAlgorithm.HS256),
                new JWTClaimsSet.Builder()
                        .subject(subject)
                        .claim("role", "authenticated")
                        .expirationTime(Date.from(Instant.now().plusSeconds(3600)))
                        .build());
        token.sign(new MACSigner(project.keys().jwtSecret()));
        return token.serialize();
    }

    private static String priv(String user, String more) throws Exception {
        return "{\"config\":{\"private\":true" + more + "}"
                + (user.isEmpty() ? "" : ",\"access_token\":\"" + token(user) + "\"") + "}";
    }

    private static String message(String text) {
        return "{\"type\":\"broadcast\",\"event\":\"said\",\"payload\":{\"text\":\"" + text + "\"}}";
    }

    @Test
    void should_refuse_a_socket_without_a_key_of_the_project() {
        for (String key : new String[] {"", "nonsense", "sb_publishable_other", SupabaseKeys.DEMO}) {
            assertThatThrownBy(() -> new PhoenixClient(project, key, "2.0.0"))
                    .hasCauseInstanceOf(WebSocketHandshakeException.class)
                    .satisfies(thrown -> assertThat(((WebSocketHandshakeException) thrown.getCause())
                                    .getResponse()
                                    .statusCode())
                            .isEqualTo(401));
        }
    }

    /** The demo project's anon key, which any other project must refuse. */
    private static final class SupabaseKeys {
        static final String DEMO = dev.assay.supabase.ProjectKeys.demo().anonKey();
    }

    @Test
    void should_speak_both_versions_of_the_protocol() {
        for (String key : new String[] {
            project.keys().anonKey(),
            project.keys().publishableKey(),
            project.keys().secretKey()
        }) {
            for (String vsn : new String[] {"1.0.0", "2.0.0"}) {
                try (PhoenixClient client = new PhoenixClient(project, key, vsn)) {
                    assertThatJson(client.ask("phoenix", "heartbeat", "{}").toString())
                            .isEqualTo("{status: 'ok', response: {}}");
                    client.raw("this is no message");
                    client.raw("{}");
                    client.raw(new byte[] {9, 9});
                    assertThat(client.ask("other", "phx_join", "{}")
                                    .at("/response/reason")
                                    .asString())
                            .isEqualTo("unmatched topic");
                    assertThat(client.ask("realtime:", "phx_join", "{}")
                                    .path("status")
                                    .asString())
                            .isEqualTo("error");
                    assertThat(client.ask("realtime:no", "broadcast", "{}")
                                    .path("status")
                                    .asString())
                            .isEqualTo("error");

                    assertThatJson(client.join("v", SELF).toString()).isEqualTo("{postgres_changes: []}");
                    assertThat(client.ask("realtime:v", "broadcast", message("hi"))
                                    .path("status")
                                    .asString())
                            .isEqualTo("ok");
                    assertThatJson(client.next("v", "broadcast").toString()).isEqualTo(message("hi"));
                    assertThat(client.ask("realtime:v", "phx_leave", "{}")
                                    .path("status")
                                    .asString())
                            .isEqualTo("ok");
                    client.next("v", "phx_close");
                }
            }
        }
    }

    @Test
    void should_hand_bytes_to_those_who_read_them_and_json_to_the_others() throws Exception {
        try (PhoenixClient sender = new PhoenixClient(project);
                PhoenixClient second = new PhoenixClient(project);
                PhoenixClient first = new PhoenixClient(project, project.keys().anonKey(), "1.0.0")) {
            second.join("bytes", "{\"config\":{}}");
            first.join("bytes", "{\"config\":{}}");
            sender.join("bytes", "{\"config\":{}}");

            sender.raw(push("realtime:bytes", "said", "{\"text\":\"ünï\"}"));

            byte[] got = second.awaitBinary();
            assertThat(got[0]).isEqualTo((byte) 4);
            assertThat(new String(got, 5, got.length - 5, StandardCharsets.UTF_8))
                    .isEqualTo("realtime:bytessaid{\"text\":\"ünï\"}");
            assertThatJson(first.next("bytes", "broadcast").toString()).isEqualTo(message("ünï"));
            sender.ask("phoenix", "heartbeat", "{}");
            assertThat(sender.all("bytes", "broadcast")).as("self is off").isEmpty();
        }
    }

    private static byte[] push(String topic, String event, String json) {
        byte[] name = topic.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(new byte[] {3, 0, 1, (byte) name.length, (byte) event.length(), 0, 1, '7'});
        bytes.writeBytes(name);
        bytes.writeBytes((event + json).getBytes(StandardCharsets.UTF_8));
        return bytes.toByteArray();
    }

    @Test
    void should_know_who_is_present() {
        String presence = "{\"config\":{\"presence\":{\"enabled\":true,\"key\":\"%s\"}}}";
        try (PhoenixClient one = new PhoenixClient(project);
                PhoenixClient two = new PhoenixClient(project)) {
            one.join("who", presence.formatted("one"));
            assertThatJson(one.next("who", "presence_state").toString()).isEqualTo("{}");
            track(one, "{\"at\":1}");
            JsonNode diff = one.next("who", "presence_diff");
            assertThatJson(diff.toString())
                    .isEqualTo("{joins: {one: {metas: [{at: 1, phx_ref: '${json-unit.any-string}'}]}}, leaves: {}}");

            two.join("who", presence.formatted("two"));
            assertThat(two.next("who", "presence_state").at("/one/metas/0/at").asInt())
                    .isEqualTo(1);
            track(one, "{\"at\":2}");
            JsonNode update = two.next("who", "presence_diff");
            assertThat(update.at("/joins/one/metas/0/at").asInt()).isEqualTo(2);
            assertThat(update.at("/joins/one/metas/0/phx_ref_prev").asString())
                    .isEqualTo(update.at("/leaves/one/metas/0/phx_ref").asString());

            track(two, "{\"at\":3}");
            two.ask("realtime:who", "presence", "{\"type\":\"presence\",\"event\":\"untrack\"}");
            one.await(message -> one.payload(message).at("/leaves/two").isObject());
            one.close();
            two.await(message -> two.payload(message).path("joins").isEmpty()
                    && two.payload(message).at("/leaves/one").isObject());
            assertThat(two.ask("realtime:who", "presence", "{\"event\":\"track\",\"payload\":[]}")
                            .at("/response/reason")
                            .asString())
                    .isEqualTo("Presence track payload must be a map");
        }
    }

    private static void track(PhoenixClient client, String payload) {
        JsonNode reply = client.ask(
                "realtime:who", "presence", "{\"type\":\"presence\",\"event\":\"track\",\"payload\":" + payload + "}");
        assertThat(reply.path("status").asString()).isEqualTo("ok");
    }

    @Test
    void should_keep_private_channels_to_those_whom_policies_let_in() throws Exception {
        try (PhoenixClient alice = new PhoenixClient(project);
                PhoenixClient bob = new PhoenixClient(project);
                PhoenixClient visitor = new PhoenixClient(project)) {
            alice.join("club", priv(ALICE, ",\"broadcast\":{\"ack\":true,\"self\":true}"));
            for (PhoenixClient other : new PhoenixClient[] {bob, visitor}) {
                JsonNode refused = other.ask("realtime:club", "phx_join", priv(other == bob ? BOB : "", ""));
                assertThat(refused.path("status").asString()).isEqualTo("error");
                assertThat(refused.at("/response/reason").asString())
                        .isEqualTo("Unauthorized: You do not have permissions to read from this Channel topic: club");
            }
            // the public channel of the same name is another one
            visitor.join("club", "{\"config\":{\"broadcast\":{\"ack\":true}}}");
            assertThat(visitor.ask("realtime:club", "broadcast", message("from outside"))
                            .path("status")
                            .asString())
                    .isEqualTo("ok");
            // may read, but not write
            bob.join("lobby", priv(BOB, ",\"broadcast\":{\"ack\":true,\"self\":true}"));
            bob.send("realtime:lobby", "broadcast", message("not allowed"));

            alice.ask("realtime:club", "broadcast", message("inside"));

            assertThatJson(alice.next("club", "broadcast").toString()).isEqualTo(message("inside"));
            assertThat(alice.all("club", "broadcast")).hasSize(1);
            bob.ask("phoenix", "heartbeat", "{}");
            assertThat(bob.all("lobby", "broadcast")).isEmpty();
            assertThat(bob.ask("realtime:lobby", "presence", "{\"event\":\"track\",\"payload\":{}}")
                            .path("status")
                            .asString())
                    .isEqualTo("error");
            assertThat(visitor.all("club", "broadcast")).isEmpty();
            assertThat(value(
                            project.jdbcUrl(),
                            "select count(*) from realtime.messages where extension <> 'broadcast'"
                                    + " or payload is null"))
                    .as("asking for rights leaves nothing")
                    .isEqualTo("0");
        }
    }

    @Test
    void should_end_a_private_channel_whose_new_token_may_not_read_it() throws Exception {
        try (PhoenixClient client = new PhoenixClient(project)) {
            client.join("club", priv(ALICE, ""));

            client.send("realtime:club", "access_token", "{\"access_token\":\"" + token(BOB) + "\"}");

            client.awaitSystem("club", "You do not have permissions to read", 1);
            client.next("club", "phx_close");
        }
    }

    @Test
    void should_broadcast_what_the_database_sends() throws Exception {
        try (PhoenixClient alice = new PhoenixClient(project);
                PhoenixClient visitor = new PhoenixClient(project)) {
            alice.join("club", priv(ALICE, ""));
            visitor.join("news", "{\"config\":{}}");

            value(project.jdbcUrl(), "insert into public.todos values (1, 'x')");
            value(project.jdbcUrl(), "select realtime.send('{\"a\": 1}', 'told', 'news', false)");
            value(project.jdbcUrl(), "select realtime.send('{\"a\": 2}', 'told', 'news', true)");

            JsonNode change = alice.next("club", "broadcast");
            assertThat(change.path("event").asString()).isEqualTo("INSERT");
            assertThat(change.at("/payload/record/title").asString()).isEqualTo("x");
            assertThat(change.at("/payload/table").asString()).isEqualTo("todos");
            JsonNode told = visitor.next("news", "broadcast");
            assertThat(told.at("/payload/a").asInt()).isEqualTo(1);
            assertThat(told.at("/meta/id").asString()).isNotEmpty();
            assertThat(visitor.all("news", "broadcast")).hasSize(1);
        }
    }

    @Test
    void should_replay_earlier_messages_of_a_private_channel() throws Exception {
        try (PhoenixClient client = new PhoenixClient(project)) {
            client.join("lobby", priv(ALICE, ""));
            for (int i = 1; i <= 3; i++) {
                value(project.jdbcUrl(), "select realtime.send('{\"n\": " + i + "}', 'earlier', 'lobby', true)");
            }
            client.await(message -> client.payload(message).at("/payload/n").asInt(0) == 3);
        }
        String replay = ",\"broadcast\":{\"replay\":{\"since\":%s,\"limit\":2}}";
        try (PhoenixClient client = new PhoenixClient(project)) {
            client.join("lobby", priv(ALICE, replay.formatted("0")));

            client.await(message -> client.payload(message).at("/payload/n").asInt(0) == 3);

            assertThat(client.all("lobby", "broadcast"))
                    .extracting(message -> message.at("/payload/n").asInt())
                    .containsExactly(2, 3);
            assertThat(client.all("lobby", "broadcast")
                            .get(0)
                            .at("/meta/replayed")
                            .asBoolean())
                    .isTrue();
            assertThat(client.ask("realtime:lobby", "phx_join", priv(ALICE, replay.formatted("\"x\"")))
                            .at("/response/reason")
                            .asString())
                    .isEqualTo("UnableToReplayMessages: Replay params are not valid");
            assertThat(client.ask(
                                    "realtime:open",
                                    "phx_join",
                                    "{\"config\":{" + replay.substring(1).formatted("0") + "}}")
                            .at("/response/reason")
                            .asString())
                    .isEqualTo("UnableToReplayMessages: Replay is not allowed for public channels");
        }
    }

    @Test
    void should_broadcast_by_request() throws Exception {
        try (PhoenixClient alice = new PhoenixClient(project);
                PhoenixClient visitor = new PhoenixClient(project)) {
            alice.join("club", priv(ALICE, ""));
            visitor.join("http", "{\"config\":{}}");
            String body = "{\"messages\":[{\"topic\":\"http\",\"event\":\"e\",\"payload\":{\"n\":1}},"
                    + "{\"topic\":\"club\",\"event\":\"e\",\"payload\":{\"n\":2},\"private\":true}]}";

            assertThat(post("/api/broadcast", project.keys().anonKey(), body)).isEqualTo(202);
            assertThat(visitor.next("http", "broadcast").at("/payload/n").asInt())
                    .isEqualTo(1);
            assertThat(post("/api/broadcast", token(ALICE), body.replace("2}", "3}")))
                    .isEqualTo(202);
            assertThatJson(alice.next("club", "broadcast").toString())
                    .as("not the 2 of a visitor")
                    .isEqualTo("{type: 'broadcast', event: 'e', payload: {n: 3}}");
            assertThat(post("/api/broadcast/club/events/one?private=true", token(ALICE), "{\"n\":4}"))
                    .isEqualTo(202);
            alice.await(message -> alice.payload(message).at("/payload/n").asInt(0) == 4);

            assertThat(post("/api/broadcast", project.keys().anonKey(), "{\"messages\":[{\"topic\":\"x\"}]}"))
                    .isEqualTo(422);
            assertThat(post("/api/broadcast", project.keys().anonKey(), "{}")).isEqualTo(422);
            assertThat(post("/api/broadcast", project.keys().anonKey(), "{")).isEqualTo(400);
            assertThat(post("/api/broadcast", "a.b.c", body)).isEqualTo(401);
            assertThat(post("/websocket", project.keys().anonKey(), "")).isEqualTo(426);
            assertThat(post("/api/tenants", project.keys().anonKey(), "")).isEqualTo(501);
        }
    }

    private static int post(String path, String token, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(project.url() + "/realtime/v1" + path))
                .header("apikey", project.keys().anonKey())
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .statusCode();
    }

    @Test
    void should_hold_the_limits_of_the_service() {
        try (PhoenixClient client = new PhoenixClient(project)) {
            for (int i = 0; i < Limits.DEFAULT.channelsPerSocket(); i++) {
                client.join("room " + i, "{}");
            }
            assertThat(client.ask("realtime:one more", "phx_join", "{}")
                            .at("/response/reason")
                            .asString())
                    .isEqualTo("ChannelRateLimitReached: Too many channels");
            client.join("room 0", "{\"config\":{\"broadcast\":{\"ack\":true}}}");
            String large = "x".repeat(Limits.DEFAULT.payloadBytes());
            assertThat(client.ask("realtime:room 0", "broadcast", message(large))
                            .path("status")
                            .asString())
                    .isEqualTo("error");
            for (int i = 0; i <= Limits.DEFAULT.presencePerWindow(); i++) {
                client.send("realtime:room 1", "presence", "{\"event\":\"track\",\"payload\":{\"n\":" + i + "}}");
            }
            client.awaitSystem("room 1", "Client presence rate limit exceeded", 1);
            client.next("room 1", "phx_close");
        }
    }
}
