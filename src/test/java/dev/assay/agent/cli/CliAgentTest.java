package dev.assay.agent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.agent.Agent;
import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentRequest;
import dev.assay.agent.AgentResult;
import dev.assay.agent.Ending;
import dev.assay.agent.Phase;
import dev.assay.agent.RecordingSink;
import dev.assay.agent.claude.ClaudeCode;
import dev.assay.process.Command.Timers;
import dev.assay.process.Exit;
import dev.assay.process.RunningProcess;
import dev.assay.process.Supervisor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The driver, with a fake program in the place of a CLI whose stream is Claude Code's. */
class CliAgentTest {
    private static final Duration LONG = Duration.ofMinutes(2);

    @TempDir
    private Path folder;

    private final Supervisor supervisor = Supervisor.open();
    private final RecordingSink sink = new RecordingSink();
    private FakeProgram fake;
    private Path workspace;

    @BeforeEach
    void makeFolders() throws IOException {
        fake = new FakeProgram(folder.resolve("fake"));
        workspace = Files.createDirectory(folder.resolve("workspace"));
    }

    @AfterEach
    void stopAll() {
        supervisor.close();
    }

    @Test
    void should_say_how_to_install_what_is_not_there() throws Exception {
        Files.createDirectories(folder.resolve("fake/bin"));

        AgentResult result = agent(
                        new Account(Map.of("PATH", folder.resolve("fake/bin").toString()), Optional.empty()))
                .perform(request(timers()), sink);

        assertThat(result.ending()).isEqualTo(Ending.CLI_CRASHED);
        assertThat(result.message()).contains("Claude Code is not installed").contains("npm install");
        assertThat(ended()).isEqualTo(Ending.CLI_CRASHED);
    }

    @Test
    void should_end_usage_where_the_program_only_complains() throws Exception {
        fake.program("claude", "9.9.9", "echo 'error: unknown option' >&2; exit 1");

        AgentResult result = agent().perform(request(timers()), sink);

        assertThat(result.ending()).isEqualTo(Ending.CLI_USAGE);
        assertThat(result.message()).contains("unknown option");
        assertThat(result.cliVersion()).contains("9.9.9");
        assertThat(sink.notices(AgentEvent.RunFinished.class))
                .singleElement()
                .satisfies(over -> assertThat(over.stderrTail()).isEqualTo("error: unknown option"));
    }

    @Test
    void should_stop_a_program_that_prints_nothing() throws Exception {
        fake.program("claude", "9.9.9", "exec sleep 600");
        Timers timers = new Timers(
                Optional.of(Duration.ofMillis(200)), Optional.of(LONG), Optional.of(LONG), wall(), Optional.of(LONG));

        AgentResult result = agent().perform(request(timers), sink);

        assertThat(result.ending()).isEqualTo(Ending.IDLE_AT_START);
        assertThat(result.fired()).isEqualTo(Exit.Limit.STARTUP);
        assertThat(sink.notices(AgentEvent.RunFinished.class).get(0).stoppedBy())
                .isEqualTo("startup");
    }

    @Test
    void should_keep_a_success_where_the_program_lingers_after_it() throws Exception {
        capture("success-write-bash");
        fake.program("claude", "9.9.9", "cat \"$FAKE/success-write-bash\"; exec sleep 600");
        Timers timers = new Timers(
                Optional.of(LONG), Optional.of(LONG), Optional.of(LONG), wall(), Optional.of(Duration.ofMillis(200)));

        AgentResult result = agent().perform(request(timers), sink);

        assertThat(result.ending()).isEqualTo(Ending.COMPLETED);
        assertThat(result.fired()).isEqualTo(Exit.Limit.LINGER);
        assertThat(result.text()).isEqualTo("Done: hello.txt exists.");
    }

    @Test
    void should_pass_on_each_line_and_its_events() throws Exception {
        capture("success-write-bash");
        fake.program("claude", "9.9.9", "cat \"$FAKE/success-write-bash\"");

        AgentResult result = agent().perform(request(timers()), sink);

        assertThat(result.ending()).isEqualTo(Ending.COMPLETED);
        assertThat(sink.lines()).hasSize(8);
        assertThat(sink.events(AgentEvent.ToolStarted.class)).hasSize(2);
        assertThat(result.cliVersion()).contains("2.1.329");
        assertThat(ended()).isEqualTo(Ending.COMPLETED);
    }

    @Test
    void should_give_prompt_and_environment_and_nothing_of_the_users() throws Exception {
        capture("success-write-bash");
        fake.program(
                "claude",
                "9.9.9",
                "cat > \"$FAKE/prompt\"; env > \"$FAKE/env\"; pwd > \"$FAKE/pwd\"; cat \"$FAKE/success-write-bash\"");
        Account account =
                fake.account(Map.of("ANTHROPIC_API_KEY", "dummy-key", "OPENAI_API_KEY", "other", "SECRET", "s"));

        agent(account).perform(request(timers()), sink);

        assertThat(folder.resolve("fake/prompt")).hasContent("Build it.");
        assertThat(folder.resolve("fake/pwd")).hasContent(workspace.toString());
        assertThat(Files.readAllLines(folder.resolve("fake/env")))
                .contains("ANTHROPIC_API_KEY=dummy-key", "HOME=" + folder.resolve("home"))
                .noneMatch(line -> line.startsWith("OPENAI_API_KEY") || line.startsWith("SECRET"));
    }

    @Test
    void should_copy_the_sign_in_into_the_runs_home_once() throws Exception {
        fake.program("claude", "9.9.9", "exit 1");
        Files.createDirectories(folder.resolve("fake/user/.claude"));
        Files.writeString(folder.resolve("fake/user/.claude/.credentials.json"), "{}");

        agent().perform(request(timers()), sink);
        Path copy = folder.resolve("home/.claude/.credentials.json");
        assertThat(copy).hasContent("{}");
        Files.writeString(copy, "{\"renewed\":true}");
        agent().perform(request(timers()), sink);

        assertThat(copy).hasContent("{\"renewed\":true}");
    }

    @Test
    void should_pass_on_nothing_of_what_the_cli_signs_in_with() throws Exception {
        String key = "sk-ant-api03-0123456789";
        String access = "sk-ant-oat01-abcdefghijk";
        String renewed = "sk-ant-oat01-zyxwvutsrqpo";
        Path user = Files.createDirectories(folder.resolve("fake/user/.claude"));
        Files.writeString(
                user.resolve(".credentials.json"),
                "{\"claudeAiOauth\":{\"accessToken\":\"" + access
                        + "\",\"expiresAt\":1,\"scopes\":[\"user:inference\"],"
                        + "\"subscriptionType\":\"a-very-long-subscription\"}}");
        Path run = Files.createDirectories(folder.resolve("home/.claude"));
        Files.writeString(
                run.resolve(".credentials.json"), "{\"claudeAiOauth\":{\"accessToken\":\"" + renewed + "\"}}");
        String base64 = Base64.getEncoder().encodeToString(access.getBytes(UTF_8));
        fake.file(
                "said",
                "{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"result\":\""
                        + String.join(" and ", key, access, renewed, base64, "a-very-long-subscription")
                        + "\"}\n");
        fake.program("claude", "9.9.9", "cat \"$FAKE/said\"; echo \"key $ANTHROPIC_API_KEY\" >&2");

        AgentResult result =
                agent(fake.account(Map.of("ANTHROPIC_API_KEY", key))).perform(request(timers()), sink);

        String masked = "[redacted]";
        assertThat(result.text())
                .isEqualTo(String.join(" and ", masked, masked, masked, masked, "a-very-long-subscription"));
        assertThat(String.join("\n", sink.lines()) + sink.events(AgentEvent.class) + sink.notices(AgentEvent.class))
                .contains("key [redacted]")
                .doesNotContain(key, access, renewed, base64);
    }

    @Test
    void should_know_what_is_secret_in_a_sign_in_file() {
        assertThat(SignInFile.secrets(
                        ("{\"tokens\":{\"id_token\":\"eyJ.0123456789abcdef.x\",\"account_id\":\"0123-4567-89ab-cdef\"},"
                                        + "\"OPENAI_API_KEY\":\"sk-0123456789abcdef\",\"token_endpoint\":\"https://auth.example.com/oauth/token/v1/new\","
                                        + "\"refresh\":\"0123456789abcdefgh\",\"cookies\":[\"c0123456789abcdef\"],\"token_type\":\"Bearer\"}")
                                .getBytes(UTF_8)))
                .containsExactlyInAnyOrder(
                        "eyJ.0123456789abcdef.x", "sk-0123456789abcdef", "0123456789abcdefgh", "c0123456789abcdef");
        assertThat(SignInFile.secrets(
                        "# settings\napi_key = \"k0123456789abcdef\"\nmodel = \"a-model-with-a-long-name\"\n"
                                .getBytes(UTF_8)))
                .containsExactly("k0123456789abcdef");
        assertThat(SignInFile.secrets(new byte[] {(byte) 0xff, 0})).isEmpty();
    }

    @Test
    void should_not_write_through_a_link_that_an_agent_left() throws Exception {
        fake.program("claude", "9.9.9", "exit 1");
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Files.createDirectories(folder.resolve("home"));
        Files.createSymbolicLink(folder.resolve("home/.claude"), outside);
        Files.createDirectories(folder.resolve("fake/user/.claude"));
        Files.writeString(folder.resolve("fake/user/.claude/.credentials.json"), "{}");

        AgentResult result = agent().perform(request(timers()), sink);

        assertThat(result.ending()).isEqualTo(Ending.CLI_CRASHED);
        assertThat(result.message()).contains("leads out of the run's HOME");
        assertThat(outside).isEmptyDirectory();
    }

    @Test
    void should_leave_no_process_where_it_is_interrupted() throws Exception {
        fake.program("claude", "9.9.9", "echo $$ > \"$FAKE/pid\"; exec sleep 600");
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread run = new Thread(() -> {
            try {
                agent().perform(request(timers()), sink);
            } catch (InterruptedException e) {
                thrown.set(e);
            }
        });
        run.start();
        Path pid = folder.resolve("fake/pid");
        org.awaitility.Awaitility.await()
                .atMost(LONG)
                .until(() -> Files.exists(pid) && !Files.readString(pid).isBlank());

        run.interrupt();
        run.join();

        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
        assertThat(ended()).isEqualTo(Ending.INTERRUPTED);
        assertThat(ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())))
                .isEmpty();
    }

    @Test
    void should_bear_lines_of_33_megabytes_and_read_on() throws Exception {
        capture("success-write-bash");
        fake.program("claude", "9.9.9", """
                long() { head -c 34603008 /dev/zero | tr '\\0' x; echo; }
                long >&2
                head -n 1 "$FAKE/success-write-bash"
                long
                tail -n +2 "$FAKE/success-write-bash"
                """);

        AgentResult result = agent().perform(request(timers()), sink);

        assertThat(result.ending()).isEqualTo(Ending.COMPLETED);
        assertThat(sink.events(AgentEvent.ToolStarted.class)).hasSize(2);
        assertThat(sink.events(AgentEvent.Unparsed.class))
                .singleElement()
                .satisfies(cut -> assertThat(cut.line())
                        .hasSize(32 << 20)
                        .startsWith("xxx")
                        .endsWith("xxx"));
    }

    @Test
    void should_leave_nothing_of_a_program_that_forks_ignores_signals_and_keeps_its_output_open() throws Exception {
        capture("success-write-bash");
        fake.program("claude", "9.9.9", """
                trap '' TERM INT HUP
                echo $$ > "$FAKE/pids"
                for i in 1 2 3; do
                    (trap '' TERM INT HUP; exec sleep 600) &
                    echo $! >> "$FAKE/pids"
                done
                setsid sh -c 'trap "" TERM; echo $$ >> "$FAKE/pids"; exec sleep 600' &
                until [ "$(wc -l < "$FAKE/pids")" -ge 5 ]; do sleep 0.1; done
                head -n 3 "$FAKE/success-write-bash"
                while :; do sleep 1; done
                """);
        Optional<Duration> idle = Optional.of(Duration.ofSeconds(1));
        Timers timers = new Timers(wall(), idle, idle, wall(), wall());

        AgentResult result = agent().perform(request(timers), sink);

        assertThat(result.ending()).isIn(Ending.IDLE, Ending.IDLE_AT_START, Ending.TIMED_OUT);
        assertThat(Files.readAllLines(folder.resolve("fake/pids")))
                .hasSize(5)
                .allSatisfy(pid -> assertThat(RunningProcess.isRunning(Long.parseLong(pid.strip())))
                        .isFalse());
    }

    @Test
    void should_refuse_a_file_outside_the_runs_home() {
        assertThatThrownBy(() -> new CliHome(folder.resolve("home")).write(Map.of("../elsewhere", "x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("../elsewhere");
    }

    private Ending ended() {
        return sink.notices(AgentEvent.RunFinished.class).get(0).ending();
    }

    private void capture(String name) throws IOException {
        try (InputStream in = ClaudeCode.class.getResourceAsStream("2.1.329/" + name + ".jsonl")) {
            fake.file(name, Objects.requireNonNull(in, name).readAllBytes());
        }
    }

    private Agent agent() {
        return agent(fake.account(Map.of()));
    }

    private Agent agent(Account account) {
        return new CliTool(new ClaudeCode(), account, PriceTable.shipped(), supervisor).agent();
    }

    private AgentRequest request(Timers timers) {
        return new AgentRequest(
                "run-1",
                Phase.IMPLEMENT,
                Optional.of("s1"),
                1,
                "",
                "Build it.",
                Optional.empty(),
                workspace,
                folder.resolve("home"),
                Map.of(
                        "PATH", "/usr/local/bin:/usr/bin:/bin",
                        "HOME", folder.resolve("home").toString(),
                        "FAKE", folder.resolve("fake").toString()),
                Optional.empty(),
                timers);
    }

    private static Timers timers() {
        return Timers.wall(LONG);
    }

    private static Optional<Duration> wall() {
        return Optional.of(LONG);
    }
}
