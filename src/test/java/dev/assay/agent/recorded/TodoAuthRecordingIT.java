package dev.assay.agent.recorded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentRequest;
import dev.assay.agent.AgentResult;
import dev.assay.agent.Ending;
import dev.assay.agent.Phase;
import dev.assay.agent.RecordingSink;
import dev.assay.process.Command.Timers;
import dev.assay.process.Supervisor;
import dev.assay.tools.Tool;
import dev.assay.tools.Tools;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Replays the whole recording of {@code todo-auth}; needs the npm registry, or a cache that is filled. */
class TodoAuthRecordingIT {
    private static final Path RECORDING = Path.of("experiments/todo-auth/recording");
    /** What a package manager needs to reach its registry. */
    private static final List<String> PASSED = List.of(
            "NODE_EXTRA_CA_CERTS", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "npm_config_registry", "npm_config_cafile");

    @TempDir
    Path temp;

    private final Supervisor supervisor = Supervisor.open();
    private Path workspace;
    private Map<String, String> environment;

    @BeforeEach
    void findNode() throws IOException, InterruptedException {
        workspace = Files.createDirectory(temp.resolve("workspace"));
        Path cache = Path.of(System.getProperty("user.home"), ".cache", "assay");
        Tool node = new Tools(cache, supervisor, false, System.out).node();
        Path home = Files.createDirectory(temp.resolve("home"));
        environment = new LinkedHashMap<>();
        PASSED.forEach(
                name -> Optional.ofNullable(System.getenv(name)).ifPresent(value -> environment.put(name, value)));
        environment.putAll(Map.of(
                "PATH", node.bin() + File.pathSeparator + System.getenv("PATH"),
                "HOME", home.toString(),
                "CI", "true",
                "LANG", "C.UTF-8",
                "npm_config_cache", cache.resolve("npm").toString(),
                "npm_config_prefer_offline", "true",
                "npm_config_update_notifier", "false",
                "SUPABASE_URL", "http://127.0.0.1:54999",
                "SUPABASE_ANON_KEY", "anon.key",
                "PORT", "54998"));
    }

    @AfterEach
    void stopProcesses() {
        supervisor.close();
    }

    @Test
    void should_do_all_that_was_recorded_without_a_difference() throws Exception {
        RecordedAgent agent = new RecordedAgent(new Recording(RECORDING), true, supervisor, Clock.systemUTC());
        RecordingSink sink = new RecordingSink();

        for (JsonNode call :
                new JsonMapper().readTree(RECORDING.resolve("recording.json")).path("calls")) {
            AgentResult result = agent.perform(request(call.stringValue()), sink);

            assertThat(result.warnings()).as(call.stringValue()).isEmpty();
            assertThat(result.ending()).as(call.stringValue()).isEqualTo(Ending.COMPLETED);
            assertThat(result.usage().costUsd()).as(call.stringValue()).isPresent();
        }

        assertThat(sink.lines()).noneMatch(line -> line.contains("${WORKSPACE}"));
        assertThat(sink.events(AgentEvent.Unknown.class)).isEmpty();
        assertThat(sink.events(AgentEvent.Unparsed.class)).isEmpty();
        assertThat(sink.events(AgentEvent.ToolFinished.class))
                .filteredOn(finished -> !finished.ok())
                .as("the type error that the frontend step puts right")
                .singleElement()
                .satisfies(finished -> assertThat(finished.exitCode()).isEqualTo(2));
        assertThat(workspace.resolve("dist/index.html")).exists();
        assertThat(workspace.resolve(".env.local")).content().contains("VITE_SUPABASE_URL=http://127.0.0.1:54999");
    }

    private AgentRequest request(String call) {
        String[] parts = call.split("/");
        String[] phase = parts[parts.length - 1].split("-");
        return new AgentRequest(
                "run",
                Phase.valueOf(phase[0].toUpperCase(Locale.ROOT)),
                parts.length == 1 ? Optional.empty() : Optional.of(parts[1]),
                Integer.parseInt(phase[1]),
                "",
                "",
                Optional.empty(),
                workspace,
                temp.resolve("home"),
                environment,
                Optional.empty(),
                Timers.wall(Duration.ofMinutes(5)));
    }
}
