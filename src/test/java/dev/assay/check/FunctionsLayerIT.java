package dev.assay.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.experiment.AppInterface;
import dev.assay.experiment.Contract;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.ExperimentFiles;
import dev.assay.experiment.Limits;
import dev.assay.target.EmbeddedTargets;
import dev.assay.target.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A correct webhook, and the mistakes that agents make with one. */
@Timeout(600)
class FunctionsLayerIT {
    private static final String ID = "_webhook_";
    private static final String FUNCTION = "_webhook_.payment-webhook";

    private static EmbeddedTargets targets;
    private static Contract contract;

    @TempDir
    static Path folder;

    private Path app;
    private Path source;
    private Target target;

    @BeforeAll
    static void start() throws Exception {
        targets = new EmbeddedTargets(Path.of(System.getProperty("user.home"), ".cache", "assay"));
        Path file = folder.resolve("webhook.yaml");
        Files.writeString(file, """
                title: A webhook
                prompt: Take events.
                contract:
                  functions:
                    - match: "*webhook*"
                      verify_jwt: false
                      sign: { header: x-signature, secret: WEBHOOK_SECRET, algorithm: hmac-sha256 }
                      good: { body: { id: evt_1, type: paid }, status: 2xx }
                      bad:
                        - { why: bad signature, status: 4xx }
                        - { why: not JSON, body: "{", status: 4xx }
                      stores: { table: "*event*", key: id, once: true }
                """);
        Experiment experiment = ExperimentFiles.in(folder).read(file);
        contract = experiment.contract();
    }

    @AfterAll
    static void stop() {
        targets.close();
    }

    @BeforeEach
    void copyTheApp(@TempDir Path own) throws Exception {
        app = own.resolve("app");
        Path original = Path.of(FunctionsLayerIT.class.getResource("webhook").toURI());
        try (Stream<Path> files = Files.walk(original)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path there = app.resolve(original.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(there);
                } else {
                    Files.copy(file, there);
                }
            }
        }
        source = app.resolve("supabase/functions/payment-webhook/index.ts");
    }

    @AfterEach
    void closeTheTarget() {
        if (target != null) {
            target.close();
        }
    }

    @Test
    void should_pass_a_correct_webhook() throws Exception {
        RecordedChecks checks = check();

        assertThat(checks.findings()).isEmpty();
        assertThat(checks.errors()).isEmpty();
        assertThat(checks.skipped).isEmpty();
        assertThat(checks.results)
                .containsOnlyKeys(
                        "deploy",
                        ID,
                        FUNCTION + ".good",
                        FUNCTION + ".bad.bad_signature",
                        FUNCTION + ".bad.not_json",
                        FUNCTION + ".stores");
        assertThat(checks.results.get(FUNCTION + ".bad.not_json").evidence())
                .anySatisfy(evidence ->
                        assertThat(evidence.text()).contains("POST /functions/v1/payment-webhook", "→ 400"));
    }

    @Test
    void should_name_a_webhook_that_throws_on_what_is_not_json() throws Exception {
        change("} catch {\n    return refuse(400, \"not JSON\");\n  }", "} finally {\n  }");

        RecordedChecks checks = check();

        assertThat(checks.findings())
                .containsExactly("payment-webhook does not refuse as it should what is wrong (not JSON): it answers 500"
                        + " Internal Server Error");
        assertThat(checks.results.get(FUNCTION + ".bad.not_json").evidence())
                .anySatisfy(evidence -> assertThat(evidence.text()).contains("SyntaxError"));
    }

    @Test
    void should_name_a_webhook_that_does_not_look_at_the_signature() throws Exception {
        change("if (!await signed(", "if (false && !await signed(");

        assertThat(check().findings())
                .hasSize(2)
                .anySatisfy(finding ->
                        assertThat(finding).startsWith("payment-webhook takes a request that is wrong (bad signature)"))
                .contains("payment-webhook stores what it should refuse (bad signature)");
    }

    @Test
    void should_name_a_webhook_that_is_content_with_a_bad_signature_but_stores_nothing() throws Exception {
        change("return refuse(401, \"bad signature\")", "return Response.json({ ignored: true })");

        assertThat(check().findings())
                .containsExactly("payment-webhook takes a request that is wrong (bad signature): it answers 200"
                        + " {\"ignored\":true}");
    }

    @Test
    void should_name_a_webhook_that_stores_twice_what_is_delivered_twice() throws Exception {
        change(
                ".upsert({ id: event.id, type: event.type }, { onConflict: \"id\", ignoreDuplicates: true })",
                ".insert({ id: crypto.randomUUID(), type: event.type + ' ' + event.id })");

        assertThat(check().findings())
                .containsExactly("payment-webhook stores a request twice that is delivered twice: {payment_events=2}");
    }

    @Test
    void should_name_a_webhook_that_stores_nothing() throws Exception {
        change(
                ".upsert({ id: event.id, type: event.type }, { onConflict: \"id\", ignoreDuplicates: true })",
                ".select()");

        assertThat(check().findings())
                .containsExactly("payment-webhook does not store what it is sent in payment_events");
    }

    @Test
    void should_name_a_webhook_that_wants_a_token() throws Exception {
        Files.delete(app.resolve("supabase/config.toml"));

        RecordedChecks checks = check();

        assertThat(checks.findings())
                .containsExactly("payment-webhook can only be called with a token: verify_jwt is on, though callers"
                        + " have none");
        assertThat(checks.skipped)
                .containsOnlyKeys(FUNCTION + ".bad.bad_signature", FUNCTION + ".bad.not_json", FUNCTION + ".stores");
    }

    @Test
    void should_name_a_webhook_that_is_not_there() throws Exception {
        Path functions = app.resolve("supabase/functions");
        Files.move(functions.resolve("payment-webhook"), functions.resolve("payments"));

        assertThat(check().findings())
                .containsExactly("No edge function is there whose name matches *webhook*: there are only payments");
    }

    @Test
    void should_name_a_webhook_that_does_not_deploy_or_start() throws Exception {
        change("import { decodeHex } from \"jsr:@std/encoding@1/hex\";", "import { decodeHex } from \"hex\";");
        RecordedChecks undeployed = check();
        assertThat(undeployed.findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding)
                        .startsWith("function payment-webhook does not deploy: ")
                        .contains("hex"));
        assertThat(undeployed.skipped).containsOnlyKeys(FUNCTION + ".good");
        target.close();

        change("\"hex\"", "\"jsr:@std/encoding@1/hex\"");
        change("const refuse =", "Deno.env.get('NOT_SET')!.length;\nconst refuse =");
        assertThat(check().findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding)
                        .startsWith(
                                "payment-webhook does not take a good request: it answers 503, as it does not start: ")
                        .contains("TypeError"));
    }

    @Test
    void should_name_a_function_that_can_be_called_without_a_token() throws Exception {
        Contract closed = ExperimentFiles.in(folder)
                .read(Files.writeString(folder.resolve("closed.yaml"), """
                        title: A function for users
                        prompt: Do it.
                        contract:
                          functions:
                            - { match: greet, good: { body: { name: Ada }, status: 200 } }
                        """))
                .contract();
        Path greet = Files.createDirectories(app.resolve("supabase/functions/greet"));
        Files.writeString(greet.resolve("index.ts"), "Deno.serve(() => Response.json({ hello: true }));\n");

        RecordedChecks right = check(closed);
        assertThat(right.findings()).isEmpty();
        assertThat(right.results).containsKey("greet.greet.token");
        target.close();

        Files.writeString(app.resolve("supabase/config.toml"), "[functions.greet]\nverify_jwt = false\n");
        assertThat(check(closed).findings())
                .containsExactlyInAnyOrder(
                        "greet can be called without a token",
                        "greet can be called with a token that is not the project's");
    }

    private void change(String from, String to) throws IOException {
        String before = Files.readString(source);
        assertThat(before).contains(from);
        Files.writeString(source, before.replace(from, to));
    }

    private RecordedChecks check() throws Exception {
        return check(contract);
    }

    private RecordedChecks check(Contract asked) throws Exception {
        target = targets.open(app, Files.createDirectories(app.resolve("files")));
        assertThat(target.reset().failure()).isEmpty();
        Subject subject = new Subject(
                asked,
                new AppInterface("true", "true", "true", List.of(), "", ""),
                Limits.DEFAULT,
                target,
                target.deployFunctions(),
                app,
                Map.of(),
                0,
                app);
        return RecordedChecks.of(new FunctionsLayer(), subject);
    }
}
