package dev.assay.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.agent.Agent;
import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentRequest;
import dev.assay.agent.AgentResult;
import dev.assay.agent.AgentSink;
import dev.assay.agent.CanonicalTool;
import dev.assay.agent.Ending;
import dev.assay.agent.EventJson;
import dev.assay.process.Command;
import dev.assay.process.Output;
import dev.assay.process.Supervisor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.JsonNodeFactory;

class PolicedAgentTest {
    @TempDir
    Path folder;

    private final List<String> stored = Collections.synchronizedList(new ArrayList<>());

    private final AgentSink sink = new AgentSink() {
        @Override
        public long line(Output.Stream stream, byte[] line) {
            stored.add(new String(line, StandardCharsets.UTF_8));
            return stored.size();
        }

        @Override
        public void event(long seq, int part, AgentEvent event) {
            stored.add(EventJson.type(event));
        }

        @Override
        public void notice(AgentEvent event) {
            stored.add(EventJson.write(event).toString());
        }
    };

    private AgentResult perform(Agent agent) throws InterruptedException {
        return new PolicedAgent(agent, Policy.experiment(), Clock.systemUTC()).perform(null, sink);
    }

    private static AgentEvent shell(String command) {
        return new AgentEvent.ToolStarted(
                "1",
                "Bash",
                CanonicalTool.SHELL,
                JsonNodeFactory.instance.objectNode(),
                null,
                command,
                null,
                null,
                null);
    }

    @Test
    @Timeout(value = 1, unit = TimeUnit.MINUTES)
    void should_stop_the_whole_process_tree_at_a_forbidden_command() throws Exception {
        Path pid = folder.resolve("pid");
        AgentResult result;
        try (Supervisor supervisor = Supervisor.open()) {
            result = perform((request, told) -> {
                supervisor.run(
                        Command.shell(
                                "sleep 600 & echo $! > pid; echo pushes; wait",
                                folder,
                                Map.of("PATH", System.getenv("PATH")),
                                Command.Timers.wall(Duration.ofMinutes(5))),
                        (stream, line) -> told.event(told.line(stream, line), 0, shell("git push")));
                throw new AssertionError("it was not stopped");
            });
        }

        assertThat(result.ending()).isEqualTo(Ending.FORBIDDEN);
        assertThat(result.message()).isEqualTo("`git push` sends work to another repository");
        long sleeper = Long.parseLong(Files.readString(pid).strip());
        Awaitility.await()
                .until(() ->
                        ProcessHandle.of(sleeper).filter(ProcessHandle::isAlive).isEmpty());
        assertThat(stored.subList(0, 2)).containsExactly("pushes", "tool_call");
        assertThat(stored.get(2)).contains("\"code\":\"forbidden\"");
        assertThat(stored.get(3)).contains("run_finished").contains("FORBIDDEN");
    }

    @Test
    void should_let_an_agents_own_failure_pass() {
        assertThatThrownBy(() -> perform((AgentRequest request, AgentSink told) -> {
                    told.notice(shell("npm test"));
                    throw new IllegalStateException("broken");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("broken");
    }
}
