package dev.assay.check.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import dev.assay.check.AppServer;
import dev.assay.check.CheckBody;
import dev.assay.check.CheckError;
import dev.assay.check.CheckResult;
import dev.assay.check.CheckResult.Status;
import dev.assay.check.Checks;
import dev.assay.check.Evidence;
import dev.assay.check.Finding;
import dev.assay.check.Subject;
import dev.assay.experiment.AppInterface;
import dev.assay.experiment.Contract;
import dev.assay.experiment.Contract.Resource;
import dev.assay.experiment.Limits;
import dev.assay.process.Supervisor;
import dev.assay.target.Target;
import dev.assay.tools.Tool;
import dev.assay.tools.Tools;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against a small app that is right, and the same app with one thing wrong. Needs npm, or Node and a Chromium. */
@Timeout(300)
class BrowserLayerIT {
    private static final List<String> FLOWS = List.of("auth-redirect", "login", "create-resource", "realtime");
    private static final Bounds SHORT =
            new Bounds(Duration.ofSeconds(4), Duration.ofSeconds(16), Duration.ofSeconds(6));
    private static final Bounds HOSTILE =
            new Bounds(Duration.ofSeconds(3), Duration.ofSeconds(7), Duration.ofSeconds(3));

    private static final Supervisor SUPERVISOR = Supervisor.open();
    private static final Path CACHE = Path.of(System.getProperty("user.home"), ".cache", "assay");
    private static final Tools TOOLS = new Tools(CACHE, SUPERVISOR, false, System.out);
    private static final Browsers BROWSERS = new Browsers(TOOLS, SUPERVISOR, Optional.empty());

    @TempDir
    Path folder;

    /** Keeps what is reported, by id. */
    private static final class Reported implements Checks {
        private final Map<String, CheckResult> results = new LinkedHashMap<>();
        private final Map<String, String> skipped = new LinkedHashMap<>();

        @Override
        public CheckResult check(String id, String name, CheckBody body) throws InterruptedException {
            CheckResult result = CheckResult.of(body);
            results.put(id, result);
            return result;
        }

        @Override
        public void skipped(String id, String name, String reason) {
            skipped.put(id, reason);
        }

        Status status(String id) {
            return Objects.requireNonNull(results.get(id), id).status();
        }

        String messages(String id) {
            return Objects.requireNonNull(results.get(id), id).findings().stream()
                    .map(Finding::message)
                    .collect(Collectors.joining("\n"));
        }
    }

    @BeforeAll
    static void startChromium() throws InterruptedException {
        BROWSERS.examine(); // installed where there is none, so that no test has to wait for it
    }

    @AfterAll
    static void close() {
        BROWSERS.close();
        SUPERVISOR.close();
    }

    @Test
    void should_pass_every_check_of_an_app_that_is_right() throws Exception {
        Reported reported = run("", FLOWS, Bounds.DEFAULT);

        assertThat(reported.skipped).isEmpty();
        assertThat(reported.results)
                .containsOnlyKeys("page", "start", "auth-redirect", "login", "create-resource", "realtime");
        reported.results.forEach((id, result) -> assertThat(result.status())
                .as("%s: %s %s", id, result.findings(), result.error())
                .isEqualTo(Status.PASSED));
        List<Evidence> evidence = reported.results.get("create-resource").evidence();
        assertThat(evidence).extracting(Evidence::mediaType).contains("image/png", "application/zip", "text/plain");
        assertThat(evidence)
                .extracting(Evidence::file)
                .filteredOn(Objects::nonNull)
                .isNotEmpty()
                .allSatisfy(file -> assertThat(file).isNotEmptyFile());
        assertThat(reported.results.get("realtime").evidence())
                .extracting(Evidence::name)
                .contains("realtime-a screenshot", "realtime-b trace");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "no-labels | auth-redirect | does not see a sign-in form with fields labelled \"Email\"",
                "no-redirect | auth-redirect | not sent to the sign-in form but sees the field \"New todo\"",
                "session-lost | login | session is gone after a reload",
                "data-stays | login | still on the screen after signing out",
                "create-does-nothing | create-resource | does not appear on the page",
                "optimistic | create-resource | is not saved",
                "covered | login | lies over the page and takes the clicks: <dialog open=\"\">We use cookies.</dialog>",
                "dialog | create-resource | a dialog that stands in the way: confirm \"Really add it?\"",
                "no-realtime | realtime | does not appear in another without a reload",
                "throws | page | the app is broken",
            })
    void should_say_what_a_user_would_notice(String mutant, String check, String message) throws Exception {
        List<String> flows = check.equals("page") ? List.of() : List.of(check);

        Reported reported = run(mutant, flows, SHORT);

        assertThat(reported.status(check)).isEqualTo(Status.FAILED);
        assertThat(reported.messages(check)).contains(message);
    }

    @Test
    void should_not_fail_a_flow_for_what_another_one_has_to_say() throws Exception {
        Reported reported = run("session-lost", List.of("auth-redirect", "create-resource"), SHORT);

        assertThat(reported.results.values()).extracting(CheckResult::status).containsOnly(Status.PASSED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "dialog-loop | one dialog after another",
                "redirect-loop | ERR_TOO_MANY_REDIRECTS",
                "redirect-in-page | ",
                "never-answers | does not respond",
                "console-flood | puts errors on the console",
                "busy-loop | ",
                "popups | one window after another",
                "never-ends | does not finish loading",
                "memory | ",
            })
    void should_cost_a_hostile_app_failed_checks_only(String mutant, String message) throws Exception {
        Reported reported = run(mutant, List.of("auth-redirect"), HOSTILE);

        assertThat(reported.results.values()).extracting(CheckResult::status).doesNotContain(Status.ERROR);
        assertThat(reported.status("page")).isEqualTo(Status.FAILED);
        assertThat(reported.messages("page")).contains(message == null ? "" : message);
        BROWSERS.examine();
    }

    @Test
    void should_blame_an_app_that_crashes_a_browser_that_works_otherwise() throws Exception {
        Visits visits = new Visits(BROWSERS, SHORT);

        CheckResult result = CheckResult.of(probe -> {
            boolean usable = visits.make(
                    "crash",
                    () -> visit -> visit.window("visitor").page().navigate("chrome://crash"),
                    "",
                    folder,
                    probe);
            assertThat(usable).isFalse();
        });

        assertThat(result.status()).as(result.error()).isEqualTo(Status.FAILED);
        assertThat(result.findings()).extracting(Finding::message).containsExactly("the page crashes the browser");
    }

    @Test
    void should_not_blame_an_app_for_a_crash_that_does_not_come_back() throws Exception {
        Visits visits = new Visits(BROWSERS, SHORT);
        AtomicInteger visited = new AtomicInteger();

        CheckResult result = CheckResult.of(probe -> visits.make(
                "crash",
                () -> visit -> {
                    Screen screen = visit.window("visitor");
                    screen.page().navigate(visited.incrementAndGet() == 1 ? "chrome://crash" : "about:blank");
                    probe.expect(true, "it is open", "open", "closed");
                },
                "",
                folder,
                probe));

        assertThat(result.status()).as(result.error()).isEqualTo(Status.PASSED);
        assertThat(result.notes()).anyMatch(note -> note.startsWith("The browser broke down"));
    }

    @Test
    void should_kill_a_browser_that_does_not_come_back_with_its_files_and_no_other() throws Exception {
        AtomicLong pid = new AtomicLong();
        AtomicReference<Path> files = new AtomicReference<>();

        BROWSERS.run(Duration.ofMinutes(2), other -> {
            assertThatThrownBy(() -> BROWSERS.run(Duration.ofSeconds(10), busy -> {
                        JsonObject answer = busy.newBrowserCDPSession().send("SystemInfo.getProcessInfo");
                        pid.set(answer.getAsJsonArray("processInfo")
                                .get(0)
                                .getAsJsonObject()
                                .get("id")
                                .getAsLong());
                        files.set(temporaryFolderOf(pid.get()));
                        assertThat(files.get()).isNotEmptyDirectory();
                        busy.newPage().evaluate("() => { for (;;); }");
                    }))
                    .isInstanceOf(Overdue.class);
            assertThat(other.isConnected()).isTrue();
        });

        assertThat(pid).hasPositiveValue();
        Path state = Path.of("/proc/" + pid + "/stat");
        await().until(() -> Files.notExists(state) || Files.readString(state).contains(") Z "));
        assertThat(files.get()).doesNotExist();
    }

    private static Path temporaryFolderOf(long pid) throws IOException {
        return Files.readString(Path.of("/proc/" + pid + "/environ"))
                .lines()
                .flatMap(line -> Stream.of(line.split("\0")))
                .filter(variable -> variable.startsWith("TMPDIR="))
                .map(variable -> Path.of(variable.substring("TMPDIR=".length())))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void should_leave_out_the_flows_of_an_app_that_does_not_come_up() throws Exception {
        Reported reported = run("exit", FLOWS, SHORT, "exit 3");

        assertThat(reported.status("start")).isEqualTo(Status.FAILED);
        assertThat(reported.messages("start")).contains("ended before it answered");
        assertThat(reported.skipped).containsOnlyKeys("auth-redirect", "login", "create-resource", "realtime");
    }

    @Test
    void should_call_an_unknown_flow_an_error_and_no_finding() throws Exception {
        Reported reported = run("", List.of("presence"), SHORT);

        assertThat(reported.status("presence")).isEqualTo(Status.ERROR);
        assertThat(reported.results.get("presence").error()).contains("presence cannot be asked yet");
    }

    @Test
    void should_call_a_browser_that_does_not_start_an_error_and_no_finding() throws Exception {
        Path broken = folder.resolve("chromium");
        Files.writeString(broken, "#!/bin/sh\n[ \"$1\" = --version ] && echo Chromium 1.2.3 && exit\nexit 1\n");
        assertThat(broken.toFile().setExecutable(true)).isTrue();
        Tools tools = new Tools(CACHE, SUPERVISOR, true, System.out);

        try (Browsers browsers = new Browsers(tools, SUPERVISOR, Optional.of(broken))) {
            assertThatThrownBy(browsers::examine)
                    .isInstanceOf(CheckError.class)
                    .hasMessageContaining("could not be started")
                    .hasMessageContaining("option chromium");
        }
    }

    private Reported run(String mutant, List<String> flows, Bounds bounds) throws Exception {
        Path app = folder.resolve("app.mjs");
        try (InputStream in = BrowserLayerIT.class.getResourceAsStream("app.mjs")) {
            Files.copy(Objects.requireNonNull(in), app);
        }
        return run(mutant, flows, bounds, "exec node app.mjs");
    }

    private Reported run(String mutant, List<String> flows, Bounds bounds, String start) throws Exception {
        int port = freePort();
        Tool node = TOOLS.node();
        Subject subject = new Subject(
                new Contract(
                        "own", Map.of(), List.of(), List.of(), flows, Optional.of(new Resource("todos", "New todo"))),
                new AppInterface("true", "true", start, List.of(), "", ""),
                Limits.DEFAULT,
                new SameServer(port, folder),
                Target.Applied.NOTHING,
                folder,
                Map.of(
                        "PATH",
                        node.bin() + ":" + System.getenv("PATH"),
                        "PORT",
                        String.valueOf(port),
                        "MUTANT",
                        mutant),
                port,
                folder.resolve("artifacts"));
        Reported reported = new Reported();
        try (AppServer app = new AppServer(subject, SUPERVISOR)) {
            reported.check("page", "start page without console errors", probe -> {
                app.start(probe);
                if (probe.findings().isEmpty()) {
                    new StartPageVisit(BROWSERS, true, bounds).look(subject, app.origin(), probe);
                }
            });
        }
        new BrowserLayer(SUPERVISOR, BROWSERS, bounds, (any, resource) -> List.of(resource.table()))
                .run(subject, reported);
        return reported;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
