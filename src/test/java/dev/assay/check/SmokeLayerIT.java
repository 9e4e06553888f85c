package dev.assay.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.experiment.AppInterface;
import dev.assay.experiment.Limits;
import dev.assay.process.RunningProcess;
import dev.assay.process.Supervisor;
import dev.assay.target.EmbeddedTargets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Apps that are one small Node server, or fail to be. */
class SmokeLayerIT {
    private static final String SERVER = """
            require('http').createServer((request, response) => {
              response.setHeader('content-type', 'text/html');
              response.end('<!doctype html><title>Todos</title><div id="root"></div><script src="/app.js"></script>');
            }).listen(process.env.PORT, '127.0.0.1');
            """;

    private static EmbeddedTargets targets;
    private static Supervisor supervisor;

    @TempDir
    private Path folder;

    private int port;

    @BeforeAll
    static void open() {
        targets = new EmbeddedTargets(Path.of(System.getProperty("user.home"), ".cache", "assay"));
        supervisor = Supervisor.open();
    }

    @AfterAll
    static void close() {
        supervisor.close();
        targets.close();
    }

    @BeforeEach
    void choosePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
    }

    @Test
    void should_leave_out_what_cannot_be_asked_after_an_install_that_fails() throws Exception {
        RecordedChecks checks = check(
                "echo 'npm error code EUSAGE'; echo 'npm error';"
                        + " echo 'npm error `npm ci` can only install packages when your package.json and"
                        + " package-lock.json are in sync'; exit 1",
                "true",
                "true");

        assertThat(checks.findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding)
                        .contains("failed with exit code 1", "EUSAGE", "package-lock.json are in sync"));
        assertThat(checks.skipped).containsOnlyKeys("build", "start", "page");
        assertThat(checks.skipped.get("page")).contains("install did not succeed");
        assertThat(checks.results.get("login").passed()).isTrue();
    }

    @Test
    void should_not_blame_the_app_for_a_registry_that_cannot_be_reached() throws Exception {
        RecordedChecks checks = check("echo 'npm error code EAI_AGAIN' >&2; exit 1", "true", "true");

        assertThat(checks.findings()).isEmpty();
        assertThat(checks.errors().get("install")).contains("could not reach the package registry", "EAI_AGAIN");
    }

    @Test
    void should_give_the_compilers_words_of_a_build_that_fails() throws Exception {
        RecordedChecks checks = check(
                "true", "echo \"src/App.tsx(3,5): error TS2322: Type 'string' is not assignable\"; exit 2", "true");

        assertThat(checks.findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding).contains("exit code 2", "src/App.tsx(3,5): error TS2322"));
        assertThat(checks.skipped).containsOnlyKeys("start", "page");
    }

    @Test
    void should_say_that_an_app_ended_before_it_answered() throws Exception {
        RecordedChecks checks = check("true", "true", "echo 'npm error Missing script: \"preview\"'; exit 1");

        assertThat(checks.findings())
                .singleElement()
                .satisfies(finding ->
                        assertThat(finding).contains("ended before it answered", "Missing script: \"preview\""));
    }

    @Test
    void should_say_that_an_app_never_answered_and_stop_it() throws Exception {
        Files.writeString(folder.resolve("idle.js"), "console.log(process.pid); setInterval(() => {}, 1000);");

        RecordedChecks checks = check("true", "true", "node idle.js");

        assertThat(checks.findings())
                .singleElement()
                .satisfies(
                        finding -> assertThat(finding).contains("`node idle.js` did not answer on the port in $PORT"));
        String output = checks.results.get("start").evidence().get(0).text();
        long pid = Long.parseLong(
                String.valueOf(output).lines().skip(1).findFirst().orElseThrow());
        assertThat(RunningProcess.isRunning(pid)).isFalse();
    }

    @Test
    void should_name_the_port_that_an_app_listens_on_instead() throws Exception {
        Files.writeString(
                folder.resolve("other.js"),
                "const s = require('http').createServer((q, r) => r.end('x')).listen(0, '127.0.0.1',"
                        + " () => console.log('Local: http://localhost:' + s.address().port + '/'));");

        RecordedChecks checks = check("true", "true", "node other.js");

        assertThat(checks.findings())
                .singleElement()
                .satisfies(finding ->
                        assertThat(finding).containsPattern("listens on port \\d+ and not on the one in \\$PORT"));
    }

    @Test
    void should_find_an_app_that_fails_on_its_first_request() throws Exception {
        Files.writeString(folder.resolve("crash.js"), SERVER.replace("response.end(", "throw new Error('boom'); ("));

        RecordedChecks checks = check("true", "true", "node crash.js");

        assertThat(checks.findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding).contains("ended before it answered", "boom"));
    }

    @Test
    void should_find_a_page_without_content() throws Exception {
        Files.writeString(folder.resolve("empty.js"), SERVER.replaceFirst("<div.*</script>", "<div></div>"));

        RecordedChecks checks = check("true", "true", "node empty.js");

        assertThat(checks.findings())
                .containsExactly("the start page is empty: it has neither text nor a script that could make any");
    }

    @Test
    void should_pass_an_app_that_comes_up_and_leave_no_process() throws Exception {
        Files.writeString(folder.resolve("server.js"), SERVER);

        RecordedChecks checks = check("true", "true", "node server.js");

        assertThat(checks.findings()).isEmpty();
        assertThat(checks.errors()).isEmpty();
        assertThat(checks.results.keySet())
                .containsExactly("install", "build", "start", "page", "sign-up", "login", "refresh", "logout");
        assertThat(listens()).isFalse();
    }

    @Test
    void should_blame_the_app_for_a_trigger_that_breaks_sign_up() throws Exception {
        RecordedChecks checks = check(
                "true",
                "true",
                "exit 1",
                "create function welcome() returns trigger language plpgsql security definer as"
                        + " $$ begin insert into nowhere values (1); return new; end $$;",
                "create trigger welcome after insert on auth.users for each row execute function welcome()");

        assertThat(checks.results.get("sign-up").findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.message()).contains("cannot sign up", "Database error"));
        assertThat(checks.skipped).containsKeys("login", "refresh", "logout");
    }

    @Test
    void should_not_blame_the_app_for_a_target_that_went_away() throws Exception {
        AppOnTarget app = AppOnTarget.of(targets, folder);
        app.close();

        RecordedChecks checks = RecordedChecks.of(
                new SmokeLayer(supervisor, StartPage.NOT_LOOKED_AT), subject(app, "true", "true", "exit 1"));

        assertThat(checks.errors().get("sign-up")).contains("does not answer");
        assertThat(checks.results.get("sign-up").findings()).isEmpty();
    }

    private RecordedChecks check(String install, String build, String start, String... migrations) throws Exception {
        try (AppOnTarget app = AppOnTarget.of(targets, folder, migrations)) {
            return RecordedChecks.of(
                    new SmokeLayer(supervisor, StartPage.NOT_LOOKED_AT), subject(app, install, build, start));
        }
    }

    private Subject subject(AppOnTarget app, String install, String build, String start) {
        Subject subject = app.subject();
        Limits limits = new Limits(
                2,
                7,
                Duration.ofMinutes(1),
                Duration.ofMinutes(1),
                Duration.ofMinutes(1),
                Duration.ofSeconds(4),
                Optional.empty());
        return new Subject(
                subject.contract(),
                new AppInterface(install, build, start, List.of(), "", ""),
                limits,
                subject.target(),
                subject.migrations(),
                folder,
                Map.of("PATH", System.getenv("PATH"), "HOME", folder.toString(), "PORT", String.valueOf(port)),
                port,
                folder);
    }

    private boolean listens() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
