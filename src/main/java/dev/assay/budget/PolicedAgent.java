package dev.assay.budget;

import dev.assay.agent.Agent;
import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentRequest;
import dev.assay.agent.AgentResult;
import dev.assay.agent.AgentSink;
import dev.assay.agent.CanonicalTool;
import dev.assay.agent.Ending;
import dev.assay.agent.Usage;
import dev.assay.process.Exit;
import dev.assay.process.Output;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReference;

/** Stops an agent, with all its processes, as soon as it runs a command that it may not run. */
public final class PolicedAgent implements Agent {
    private final Agent agent;
    private final Policy policy;
    private final Clock clock;

    public PolicedAgent(Agent agent, Policy policy, Clock clock) {
        this.agent = agent;
        this.policy = policy;
        this.clock = clock;
    }

    @Override
    public AgentResult perform(AgentRequest request, AgentSink sink) throws InterruptedException {
        Instant begun = clock.instant();
        Watch watch = new Watch(sink);
        try {
            return agent.perform(request, watch);
        } catch (RuntimeException e) {
            String why = watch.objection().orElseThrow(() -> e);
            sink.notice(new AgentEvent.Warning("forbidden", why));
            sink.notice(new AgentEvent.RunFinished(Ending.FORBIDDEN, null, "policy", 0, ""));
            return stopped(why, Duration.between(begun, clock.instant()));
        }
    }

    /** Passes an agent's output on; at a command that may not be run it throws, which stops the agent. */
    private final class Watch implements AgentSink {
        private final AgentSink sink;
        private final AtomicReference<Optional<String>> objection = new AtomicReference<>(Optional.empty());

        Watch(AgentSink sink) {
            this.sink = sink;
        }

        Optional<String> objection() {
            return objection.get();
        }

        @Override
        public long line(Output.Stream stream, byte[] line) {
            return sink.line(stream, line);
        }

        @Override
        public void event(long seq, int part, AgentEvent event) {
            sink.event(seq, part, event);
            look(event);
        }

        @Override
        public void notice(AgentEvent event) {
            sink.notice(event);
            look(event);
        }

        private void look(AgentEvent event) {
            if (event instanceof AgentEvent.ToolStarted call
                    && call.canonical() == CanonicalTool.SHELL
                    && call.command() != null) {
                policy.objection(call.command()).ifPresent(why -> {
                    objection.set(Optional.of(why));
                    throw new Forbidden(why);
                });
            }
        }
    }

    /** What a process's keeper is thrown, so that it stops the process. */
    private static final class Forbidden extends RuntimeException {
        private static final long serialVersionUID = 1;

        Forbidden(String message) {
            super(message);
        }
    }

    private static AgentResult stopped(String why, Duration duration) {
        return new AgentResult(
                Ending.FORBIDDEN,
                why,
                "",
                Optional.empty(),
                Usage.NONE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                Exit.Limit.STOPPED,
                Optional.empty(),
                Optional.empty(),
                duration,
                List.of());
    }
}
