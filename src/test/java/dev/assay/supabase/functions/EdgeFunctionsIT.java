package dev.assay.supabase.functions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.assay.process.Fence;
import dev.assay.process.Supervisor;
import dev.assay.supabase.ApiKeys;
import dev.assay.supabase.Gateway;
import dev.assay.supabase.ProjectKeys;
import dev.assay.tools.Tools;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The functions of {@code app}, on the real Deno, over HTTP; without a database, which none of those called here asks. */
@Timeout(600)
class EdgeFunctionsIT {
    private static final Path CACHE = Path.of(System.getProperty("user.home"), ".cache", "assay");
    private static final Limits SHORT = new Limits(
            Duration.ofSeconds(120), Duration.ofSeconds(200), Duration.ofSeconds(200), Duration.ofSeconds(3), 128);
    private static final JsonMapper JSON = new JsonMapper();

    private static final Supervisor SUPERVISOR = Supervisor.open();
    private static final ProjectKeys KEYS = ProjectKeys.random();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static EdgeRuntime runtime;
    private static EdgeFunctions functions;
    private static Gateway gateway;

    @TempDir
    static Path app;

    @BeforeAll
    static void open() throws Exception {
        copy(Path.of(EdgeFunctionsIT.class.getResource("app").toURI()), app);
        Tools tools =
                new Tools(CACHE, SUPERVISOR, false, new PrintStream(OutputStream.nullOutputStream(), true, UTF_8));
        runtime = new EdgeRuntime(CACHE, SUPERVISOR, tools, () -> Fence.NONE);
        functions = new EdgeFunctions(runtime, app, EdgeFunctionsIT::environment, SHORT);
        gateway = new Gateway(0, List.of(new FunctionsSurface(functions, new ApiKeys(KEYS, false, Clock.systemUTC()))));
    }

    @AfterAll
    static void close() {
        gateway.close();
        functions.close();
        SUPERVISOR.close();
    }

    private static Gateway gateway(EdgeFunctions served) {
        return new Gateway(0, List.of(new FunctionsSurface(served, new ApiKeys(KEYS, false, Clock.systemUTC()))));
    }

    private static Map<String, String> environment() {
        return Map.of("SUPABASE_URL", gateway.url(), "SUPABASE_ANON_KEY", KEYS.anonKey());
    }

    static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path there = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(there);
                } else {
                    Files.copy(file, there);
                }
            }
        }
    }

    @Test
    void should_want_a_token_of_this_project_unless_the_function_is_open() throws Exception {
        assertRefused(post("hello", "{}"), "Error: Missing authorization header");
        assertRefused(post("hello", "{}", "Authorization", "Basic x"), "Error: Auth header is not 'Bearer {token}'");
        assertRefused(post("hello", "{}", "Authorization", "Bearer x.y.z"), "Invalid JWT");
        assertRefused(
                post(
                        "hello",
                        "{}",
                        "Authorization",
                        "Bearer " + ProjectKeys.random().anonKey()),
                "Invalid JWT");
        assertRefused(post("hello", "{}", "apikey", "sb_publishable_of_somebody_else"), "Invalid JWT");
        assertRefused(post("hello", "{}", "apikey", KEYS.anonKey()), "Error: Missing authorization header");

        assertThat(post("hello", "{}", "Authorization", "Bearer " + KEYS.anonKey())
                        .statusCode())
                .isEqualTo(200);
        assertThat(post("hello", "{}", "Authorization", "Bearer " + KEYS.secretKey())
                        .statusCode())
                .isEqualTo(200);
        assertThat(post("hello", "{}", "apikey", KEYS.publishableKey()).statusCode())
                .isEqualTo(200);
        assertThat(post("hello", "{}", "Authorization", "Bearer " + token()).statusCode())
                .isEqualTo(200);
        assertThat(post("mirror", "{}").statusCode()).isEqualTo(200);
    }

    private static void assertRefused(HttpResponse<String> answer, String why) {
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(json(answer).path("msg").asString()).isEqualTo(why);
        assertThat(answer.headers().firstValue("x-relay-error")).hasValue("true");
    }

    @Test
    void should_give_a_function_the_project_its_env_file_and_secrets_and_nothing_else() throws Exception {
        JsonNode before = json(post("hello", "{\"name\":\"Ada\"}", "Authorization", "Bearer " + KEYS.anonKey()));
        assertThat(before.path("message").asString()).isEqualTo("Good day, Ada!");
        assertThat(before.path("plain").asString()).isEqualTo("value");
        assertThat(before.path("url").asString()).isEqualTo(gateway.url());
        assertThat(before.path("anon").asString()).isEqualTo(KEYS.anonKey());
        assertThat(before.path("unknown").isNull()).isTrue();

        functions.secrets(Map.of("SECRET", "of the test", "GREETING", "Hello"));

        JsonNode after = json(post("hello", "{}", "Authorization", "Bearer " + KEYS.anonKey()));
        assertThat(after.path("secret").asString()).isEqualTo("of the test");
        assertThat(functions.log("hello")).anyMatch(line -> line.contains("nobody waits for this"));
        functions.secrets(Map.of("GREETING", "Good day"));
    }

    @Test
    void should_hand_on_every_method_with_path_query_headers_and_body() throws Exception {
        for (String method : List.of("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY")) {
            HttpResponse<String> answer = HTTP.send(
                    HttpRequest.newBuilder(URI.create(gateway.url() + "/functions/v1/mirror/a%20b/c?x=%7B1%7D&y"))
                            .header("x-mine", "1")
                            .header("Origin", "http://app.example")
                            .method(
                                    method,
                                    method.equals("GET") ? BodyPublishers.noBody() : BodyPublishers.ofString("täxt"))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(method).isEqualTo(200);
            JsonNode seen = json(answer);
            assertThat(seen.path("method").asString()).isEqualTo(method);
            assertThat(seen.path("path").asString()).isEqualTo("/mirror/a%20b/c");
            assertThat(seen.path("search").asString()).isEqualTo("?x=%7B1%7D&y");
            assertThat(seen.path("body").asString()).isEqualTo(method.equals("GET") ? "" : "täxt");
            assertThat(seen.path("headers").path("x-mine").asString()).isEqualTo("1");
            assertThat(seen.path("headers").path("x-forwarded-host").asString())
                    .isEqualTo("127.0.0.1:" + gateway.port());
            assertThat(answer.headers().allValues("set-cookie")).containsExactly("a=1", "b=2");
            assertThat(answer.headers().firstValue("access-control-allow-origin"))
                    .isEmpty();
        }
        assertThat(post("mirror?status=418", "").statusCode()).isEqualTo(418);
        assertThat(post("mirror?status=204", "").body()).isEmpty();
        assertThat(post("mirror?status=302", "").statusCode()).isEqualTo(302);
    }

    @Test
    void should_pass_a_long_body_on_while_it_comes() throws Exception {
        byte[] piece = new byte[1 << 20];
        java.util.Arrays.fill(piece, (byte) 'x');
        HttpResponse<String> answer = HTTP.send(
                HttpRequest.newBuilder(URI.create(gateway.url() + "/functions/v1/mirror"))
                        .POST(BodyPublishers.ofByteArrays(java.util.Collections.nCopies(20, piece)))
                        .build(),
                BodyHandlers.ofString());

        assertThat(json(answer).path("length").asInt()).isEqualTo(20 << 20);
    }

    @Test
    void should_pass_an_answer_on_while_it_is_made() throws Exception {
        HttpResponse<InputStream> answer = HTTP.send(
                HttpRequest.newBuilder(URI.create(gateway.url() + "/functions/v1/drip"))
                        .build(),
                BodyHandlers.ofInputStream());
        assertThat(answer.headers().firstValue("content-type")).hasValue("text/event-stream");
        try (InputStream body = answer.body()) {
            assertThat(new String(body.readNBytes(11), UTF_8)).isEqualTo("data: one\n\n");
            assertThat(post("drip?go", "").body()).isEqualTo("told");
            assertThat(new String(body.readAllBytes(), UTF_8)).isEqualTo("data: two\n\n");
        }
    }

    @Test
    void should_leave_preflights_and_cors_headers_to_the_function() throws Exception {
        HttpResponse<String> preflight = HTTP.send(
                HttpRequest.newBuilder(URI.create(gateway.url() + "/functions/v1/cors"))
                        .header("Origin", "https://app.example")
                        .header("Access-Control-Request-Method", "POST")
                        .method("OPTIONS", BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());

        assertThat(preflight.statusCode()).isEqualTo(200);
        assertThat(preflight.headers().allValues("access-control-allow-origin")).containsExactly("https://app.example");
        assertThat(preflight.headers().allValues("access-control-allow-headers"))
                .containsExactly("authorization");
    }

    @Test
    void should_serve_both_styles_and_modules_that_only_npm_has_here() throws Exception {
        HttpResponse<String> modern = post("modern/below", "", "Authorization", "Bearer " + KEYS.anonKey());

        assertThat(modern.body()).isEqualTo("function 61 Good day /modern/below");
        assertThat(modern.statusCode()).isEqualTo(200);
        assertThat(post("elsewhere", "").body()).isEqualTo("elsewhere");
    }

    @Test
    void should_know_no_function_without_files_or_switched_off() throws Exception {
        for (String name : List.of("nobody", "_shared", "off", "..%2Fhello", "", "hello.ts")) {
            HttpResponse<String> answer = post(name, "", "Authorization", "Bearer " + KEYS.anonKey());
            assertThat(answer.statusCode()).as(name).isEqualTo(404);
            assertThat(answer.body()).isEqualTo("Function not found");
        }
    }

    @Test
    void should_say_why_a_function_does_not_boot() throws Exception {
        assertFailed(post("broken", ""), 503, "BOOT_ERROR", "index.ts:1");
        assertFailed(post("throws", ""), 503, "BOOT_ERROR", "no luck at the start");
        assertFailed(post("silent", ""), 503, "BOOT_ERROR", "neither calls Deno.serve nor exports default");
        assertFailed(post("unreachable", ""), 503, "BOOT_ERROR", "https://deno.land.invalid/x/oak@v12.0.0/mod.ts");
    }

    @Test
    void should_stop_a_function_that_uses_too_much_and_serve_the_next_call_anew() throws Exception {
        assertFailed(post("spins", ""), 546, "WORKER_LIMIT", "CPU time limit");
        assertFailed(post("hogs", ""), 546, "WORKER_LIMIT", "");
        assertFailed(post("spins", ""), 546, "WORKER_LIMIT", "CPU time limit");
    }

    @Test
    void should_give_up_on_a_function_that_does_not_answer() throws Exception {
        Limits impatient = new Limits(
                Duration.ofSeconds(120), Duration.ofSeconds(2), Duration.ofSeconds(200), Duration.ofSeconds(30), 128);
        try (EdgeFunctions own = new EdgeFunctions(runtime, app, EdgeFunctionsIT::environment, impatient);
                Gateway front = gateway(own)) {
            HttpRequest call = HttpRequest.newBuilder(URI.create(front.url() + "/functions/v1/slow"))
                    .build();
            assertFailed(HTTP.send(call, BodyHandlers.ofString()), 504, "IDLE_TIMEOUT", "");
        }
    }

    @Test
    void should_answer_for_a_process_that_ends_and_recover_from_one_that_was_killed() throws Exception {
        assertThat(json(post("exits", "")).path("calls").asInt()).isEqualTo(1);
        assertFailed(post("exits?exit", ""), 500, "WORKER_ERROR", "about to leave");
        assertThat(json(post("exits", "")).path("calls").asInt()).isEqualTo(1);
        assertThat(json(post("exits", "")).path("calls").asInt()).isEqualTo(2);

        Set<ProcessHandle> denos = denos(app);
        assertThat(denos).isNotEmpty();
        denos.forEach(ProcessHandle::destroyForcibly);
        await().atMost(Duration.ofSeconds(60)).until(() -> denos.stream().noneMatch(ProcessHandle::isAlive));

        HttpResponse<String> answer = post("exits", "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(json(answer).path("calls").asInt()).isEqualTo(1);
    }

    @Test
    void should_serve_what_the_files_say_now() throws Exception {
        Path folder = Files.createDirectories(app.resolve("supabase/functions/changing"));
        String auth = "Bearer " + KEYS.anonKey();
        Files.writeString(app.resolve("supabase/functions/_shared/changing.ts"), "export const x = 'one';\n");
        Files.writeString(
                folder.resolve("index.ts"),
                "import { x } from '../_shared/changing.ts';\nDeno.serve(() => new Response(x));\n");
        assertThat(post("changing", "", "Authorization", auth).body()).isEqualTo("one");

        Files.writeString(app.resolve("supabase/functions/_shared/changing.ts"), "export const x = 'another';\n");
        assertThat(post("changing", "", "Authorization", auth).body()).isEqualTo("another");

        Files.writeString(folder.resolve("index.ts"), "Deno.serve(() => new Response(");
        assertFailed(post("changing", "", "Authorization", auth), 503, "BOOT_ERROR", "changing/index.ts");

        Files.writeString(folder.resolve("index.ts"), "Deno.serve(() => new Response('mended'));\n");
        assertThat(post("changing", "", "Authorization", auth).body()).isEqualTo("mended");
    }

    @Test
    void should_deploy_what_has_all_its_imports_and_name_what_has_not(@TempDir Path own) throws Exception {
        Path folder = Files.createDirectories(own.resolve("supabase/functions/first"));
        Files.writeString(folder.resolve("index.ts"), "Deno.serve(() => new Response('x'));\n");
        try (EdgeFunctions deploying = new EdgeFunctions(runtime, own, Map::of)) {
            assertThat(deploying.deploy().done()).containsExactly("first");
            assertThat(deploying.deploy()).isEqualTo(new EdgeFunctions.Deployed(List.of(), java.util.Optional.empty()));

            Files.writeString(
                    folder.resolve("index.ts"), "import x from 'lodash';\nDeno.serve(() => new Response(x));\n");
            assertThat(deploying.deploy().failure().orElseThrow())
                    .satisfies(failure -> assertThat(failure.message()).contains("lodash"))
                    .satisfies(failure -> assertThat(failure.infrastructure()).isFalse());

            Files.writeString(
                    folder.resolve("index.ts"),
                    "import x from 'jsr:@nobody-at-all/has-this@1';\nDeno.serve(() => new Response(x));\n");
            assertThat(deploying.deploy().failure().orElseThrow().message()).contains("jsr:@nobody-at-all/has-this");

            Files.delete(folder.resolve("index.ts"));
            assertThat(deploying.deploy().failure().orElseThrow().message())
                    .contains("supabase/functions/first/index.ts is missing");
        }
    }

    @Test
    void should_leave_nothing_behind(@TempDir Path own) throws Exception {
        Path folder = Files.createDirectories(own.resolve("supabase/functions/first"));
        Files.writeString(folder.resolve("index.ts"), "Deno.serve(() => new Response(Deno.makeTempDirSync()));\n");
        Files.writeString(own.resolve("supabase/config.toml"), "[functions.first]\nverify_jwt = false\n");
        EdgeFunctions leaving = new EdgeFunctions(runtime, own, Map::of);
        Path made;
        try (Gateway front =
                new Gateway(0, List.of(new FunctionsSurface(leaving, new ApiKeys(KEYS, false, Clock.systemUTC()))))) {
            made = Path.of(HTTP.send(
                            HttpRequest.newBuilder(URI.create(front.url() + "/functions/v1/first"))
                                    .build(),
                            BodyHandlers.ofString())
                    .body());
            assertThat(made).isDirectory();
            assertThat(denos(own)).isNotEmpty();
        } finally {
            leaving.close();
        }

        assertThat(made.getParent().getParent()).doesNotExist();
        await().atMost(Duration.ofSeconds(60)).until(() -> denos(own).isEmpty());
    }

    private static void assertFailed(HttpResponse<String> answer, int status, String code, String log) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(json(answer).path("code").asString()).isEqualTo(code);
        assertThat(json(answer).path("log").toString()).contains(log);
        assertThat(answer.headers().firstValue("sb-error-code")).hasValue(code);
    }

    /** The Deno processes of a project's functions. */
    private static Set<ProcessHandle> denos(Path project) {
        Set<ProcessHandle> denos = new HashSet<>();
        ProcessHandle.current()
                .descendants()
                .filter(one -> one.info().commandLine().orElse("").contains(project + "/supabase/functions/"))
                .forEach(denos::add);
        return denos;
    }

    private static String token() throws Exception {
        SignedJWT jwt = new SignedJWT(
                new JWSHeader(JWSAlgorithm.HS256),
                new JWTClaimsSet.Builder().claim("name", "nobody in particular").build());
        jwt.sign(new MACSigner(KEYS.jwtSecret()));
        return jwt.serialize();
    }

    private static HttpResponse<String> post(String path, String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(gateway.url() + "/functions/v1/" + path))
                .POST(BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return JSON.readTree(answer.body());
    }
}
