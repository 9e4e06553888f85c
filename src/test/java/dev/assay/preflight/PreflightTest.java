package dev.assay.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.AgentTool;
import dev.assay.agent.claude.ClaudeCode;
import dev.assay.agent.cli.CliTool;
import dev.assay.agent.cli.FakeProgram;
import dev.assay.agent.nop.NopTool;
import dev.assay.preflight.Item.State;
import dev.assay.process.Fence;
import dev.assay.process.Supervisor;
import dev.assay.run.Environment;
import dev.assay.run.PackageCache;
import dev.assay.run.Roles;
import dev.assay.settings.Settings;
import dev.assay.store.LogDatabase;
import dev.assay.target.Target;
import dev.assay.target.TargetKind;
import dev.assay.target.TargetUnavailable;
import dev.assay.target.Targets;
import dev.assay.tools.Tools;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreflightTest {
    private static final String PATH = "/usr/local/bin:/usr/bin:/bin";
    private static final String SIGNED_IN = "[ \"$1\" = auth ] && exit 0";
    private static final String SIGNED_OUT = "[ \"$1\" = auth ] && exit 1";

    @TempDir
    Path folder;

    private final Supervisor supervisor = Supervisor.open();
    private final Map<String, String> options = new HashMap<>();
    private FakeProgram claude;

    @BeforeEach
    void choose() throws IOException {
        claude = new FakeProgram(folder.resolve("fake"));
        options.put("data-dir", folder.resolve("data").toString());
        options.put("cache-dir", folder.resolve("cache").toString());
        options.put(
                "experiments-dir",
                Files.createDirectory(folder.resolve("experiments")).toString());
        options.put("store-url", "postgresql://me:s3cret@127.0.0.1:1/log");
        options.put("prompt", "Build a guestbook");
    }

    @AfterEach
    void close() {
        supervisor.close();
    }

    @Test
    void should_say_how_to_install_a_cli_that_is_not_there() throws Exception {
        Readiness readiness = look(false);

        AgentItem item = readiness.agents().get(0);
        assertThat(item.installed()).isFalse();
        assertThat(item.signedIn()).isFalse();
        assertThat(readiness.text())
                .contains("claude", "not installed", "→ npm install --global @anthropic-ai/claude-code")
                .contains("auto: the recorded oracle, as claude is not installed");
    }

    @Test
    void should_say_how_to_sign_in_and_that_a_run_with_it_would_be_aborted() throws Exception {
        claude.program("claude", "2.1.329 (Claude Code)", SIGNED_OUT);
        options.put("implementer", "claude/opus");

        Readiness readiness = look(false);

        AgentItem item = readiness.agents().get(0);
        assertThat(item.installed()).isTrue();
        assertThat(item.version()).contains("2.1.329");
        assertThat(item.signedIn()).isFalse();
        assertThat(item.remedy()).contains("claude auth login");
        assertThat(item(readiness, "implementer").state()).isEqualTo(State.MISSING);
        assertThat(item(readiness, "implementer").said()).contains("not signed in");
    }

    @Test
    void should_call_a_role_wrong_whose_tool_is_unknown_or_not_installed() throws Exception {
        options.put("planner", "clode");
        options.put("verifier", "claude");

        Readiness readiness = look(false);

        assertThat(readiness.verdict()).isEqualTo(State.WRONG);
        assertThat(item(readiness, "planner").said()).contains("no tool that Assay knows");
        assertThat(item(readiness, "planner").remedy()).contains("auto, claude, nop");
        assertThat(item(readiness, "verifier").said()).contains("not installed");
    }

    @Test
    void should_make_no_call_unless_it_is_asked_to() throws Exception {
        claude.program("claude", "2.1.329 (Claude Code)", SIGNED_IN + "\ntouch \"" + folder.resolve("called") + "\"");

        Readiness readiness = look(false);

        assertThat(readiness.agents().get(0).signedIn()).isTrue();
        assertThat(readiness.agents().get(0).works()).isEmpty();
        assertThat(folder.resolve("called")).doesNotExist();
    }

    @Test
    void should_say_that_a_cli_works_after_one_tiny_call() throws Exception {
        claude.program(
                "claude",
                "2.1.329 (Claude Code)",
                SIGNED_IN + "\ncat > /dev/null\necho '{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,"
                        + "\"result\":\"ready\",\"session_id\":\"1\",\"total_cost_usd\":0.001}'");

        Readiness readiness = look(true);

        assertThat(readiness.agents().get(0).works()).contains(true);
        assertThat(readiness.text()).contains("signed in · works");
    }

    @Test
    void should_say_why_a_cli_does_not_work_and_never_its_key() throws Exception {
        claude.program(
                "claude",
                "2.1.329 (Claude Code)",
                SIGNED_IN + "\necho \"the key $ANTHROPIC_API_KEY is no good\" >&2; exit 1");

        Readiness readiness = look(true, Map.of("ANTHROPIC_API_KEY", "sk-very-secret"));

        assertThat(readiness.agents().get(0).works()).contains(false);
        assertThat(readiness.text()).contains("does not work").doesNotContain("sk-very-secret");
    }

    @Test
    void should_say_what_is_wrong_with_store_and_target_without_a_password() throws Exception {
        Readiness readiness = look(false);

        assertThat(readiness.verdict()).isEqualTo(State.MISSING);
        assertThat(item(readiness, "store").said()).contains("postgresql://127.0.0.1:1/log", "refused");
        assertThat(item(readiness, "store").remedy()).contains("store-url");
        assertThat(item(readiness, "target embedded").said()).isEqualTo("no memory left");
        assertThat(readiness.text() + readiness.json()).doesNotContain("s3cret");
        assertThat(Readiness.options(settings()).toString())
                .contains("\"option\":\"store-url\",\"value\":\"********\",\"origin\":\"--store-url\"")
                .doesNotContain("s3cret");
    }

    @Test
    void should_call_an_experiment_wrong_that_cannot_be_read() throws Exception {
        options.remove("prompt");
        Files.writeString(folder.resolve("experiments/todo.yaml"), "title: no prompt\n");

        Readiness readiness = look(false);

        assertThat(readiness.verdict()).isEqualTo(State.WRONG);
        assertThat(item(readiness, "experiments").said()).contains("todo.yaml:1");
    }

    @Test
    void should_say_that_nothing_is_isolated_where_it_is_off() throws Exception {
        options.put("isolation", "off");

        Item item = item(look(false), "bubblewrap");

        assertThat(item.state()).isEqualTo(State.ABSENT);
        assertThat(item.said()).contains("unisolated");
        assertThat(item.remedy()).isEqualTo("isolation is off");
    }

    private Readiness look(boolean live) throws Exception {
        return look(live, Map.of());
    }

    private Readiness look(boolean live, Map<String, String> keys) throws InterruptedException {
        Map<String, AgentTool> agents = new LinkedHashMap<>();
        agents.put("claude", new CliTool(new ClaudeCode(), claude.account(keys), supervisor));
        agents.put("nop", new NopTool());
        Settings settings = settings();
        Environment environment = new Environment(PATH, Map.of(), new PackageCache(folder.resolve("npm")), Fence.NONE);
        try (LogDatabase database = LogDatabase.at(options.get("store-url"))) {
            return new Preflight(
                            settings,
                            new Tools(
                                    folder.resolve("cache"),
                                    supervisor,
                                    true,
                                    new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8)),
                            supervisor,
                            new NoTargets(),
                            database,
                            agents,
                            new Roles(agents, "claude", "cursor", role -> role),
                            () -> environment,
                            PATH)
                    .look(live);
        }
    }

    private Settings settings() {
        return Settings.load(id -> Optional.ofNullable(options.get(id)), folder);
    }

    private static Item item(Readiness readiness, String name) {
        return readiness.items().stream()
                .filter(item -> item.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException(name + " in " + readiness.items()));
    }

    private static final class NoTargets implements Targets {
        @Override
        public TargetKind kind() {
            return TargetKind.EMBEDDED;
        }

        @Override
        public Target open(Path project, Path files) {
            throw new TargetUnavailable("no memory left", new IllegalStateException());
        }

        @Override
        public void close() {}
    }
}
