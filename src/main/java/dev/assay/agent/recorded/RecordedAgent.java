package dev.assay.agent.recorded;

import dev.assay.agent.Agent;
import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentRequest;
import dev.assay.agent.AgentResult;
import dev.assay.agent.AgentSink;
import dev.assay.agent.Ending;
import dev.assay.agent.Phase;
import dev.assay.process.Exit;
import dev.assay.process.Supervisor;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Answers by phase, step and attempt from a recording, and does again what its tool calls did. What differs from the
 * recording (exit codes, the workspace after the call) is a warning {@code recording-diverged} that decides nothing.
 *
 * <p>Beyond the recording a plan and a verdict are the last one again, a replan is "unchanged", research finds nothing,
 * and work says "recording used up": none of it is a failure.
 */
final class RecordedAgent implements Agent {
    static final String DIVERGED = "recording-diverged";

    private final Recording recording;
    private final boolean compare;
    private final Supervisor supervisor;
    private final Clock clock;

    /** @param compare whether to look for differences */
    RecordedAgent(Recording recording, boolean compare, Supervisor supervisor, Clock clock) {
        this.recording = recording;
        this.compare = compare;
        this.supervisor = supervisor;
        this.clock = clock;
    }

    @Override
    public AgentResult perform(AgentRequest request, AgentSink sink) throws InterruptedException {
        Instant begun = clock.instant();
        AgentResult result;
        try {
            recording.check();
            Optional<Recording.Call> call = recording.call(request.phase(), request.stepId(), request.attempt());
            result = call.isPresent() ? replay(call.get(), request, sink, begun) : usedUp(request, sink);
        } catch (BrokenRecording e) {
            result = answer(Ending.CLI_USAGE, String.valueOf(e.getMessage()), "", null);
        } catch (IOException e) {
            result = answer(
                    Ending.CLI_CRASHED,
                    "The workspace " + request.workspace() + " cannot be read (" + e
                            + "), so the recording cannot be replayed there.",
                    "",
                    null);
        }
        sink.notice(new AgentEvent.RunFinished(
                result.ending(), null, result.fired().name().toLowerCase(Locale.ROOT), 0, ""));
        return result;
    }

    private AgentResult replay(Recording.Call call, AgentRequest request, AgentSink sink, Instant begun)
            throws BrokenRecording, IOException, InterruptedException {
        List<String> warnings = new ArrayList<>();
        Placeholders placeholders = Placeholders.of(request, clock);
        Recording.End end = recording.end(call);
        Replay replay = new Replay(request, placeholders, supervisor, sink, clock, end.fired() != Exit.Limit.NONE);
        boolean inTime = replay.run(call.lines(), begun);
        if (compare && call.exact() && inTime) {
            replay.differences().forEach(difference -> warn(difference, warnings, sink));
            compareTrees(call, request, placeholders).ifPresent(difference -> warn(difference, warnings, sink));
        }
        return replay.stream()
                .finish(
                        end.exitCode(),
                        inTime ? end.fired() : Exit.Limit.WALL,
                        Duration.between(begun, clock.instant()),
                        "",
                        warnings);
    }

    private Optional<String> compareTrees(Recording.Call call, AgentRequest request, Placeholders placeholders)
            throws BrokenRecording, IOException, InterruptedException {
        Optional<String> recorded = recording.tree(call);
        if (recorded.isEmpty()) {
            return Optional.empty();
        }
        List<String> spokenOf = new ArrayList<>();
        for (String name : placeholders.names()) {
            if (recording.mentions(name)) {
                spokenOf.add(name);
            }
        }
        Optional<String> now = new WorkspaceTree(
                        supervisor, request.environment().getOrDefault("PATH", ""))
                .digest(request.workspace(), placeholders, spokenOf);
        if (now.isEmpty()) {
            return Optional.of("after " + call.name()
                    + " the workspace could not be compared with the recorded one, as git is missing or failed");
        }
        return now.equals(recorded)
                ? Optional.empty()
                : Optional.of("after " + call.name() + " the workspace's files are not the recorded ones (tree "
                        + now.get() + ", recorded " + recorded.get() + ")");
    }

    private static void warn(String difference, List<String> warnings, AgentSink sink) {
        sink.notice(new AgentEvent.Warning(DIVERGED, difference));
        warnings.add(DIVERGED + ": " + difference);
    }

    private static AgentResult usedUp(AgentRequest request, AgentSink sink) {
        AgentResult result;
        if (request.phase() == Phase.REPLAN) {
            result = answer(
                    Ending.COMPLETED,
                    "",
                    "unchanged",
                    JsonNodeFactory.instance.objectNode().put("unchanged", true));
        } else if (request.phase() == Phase.RESEARCH) {
            result = answer(Ending.COMPLETED, "", "The recording holds no research: nothing was found.", null);
        } else {
            result = answer(Ending.COMPLETED, "", "recording used up", null);
        }
        sink.notice(new AgentEvent.Text(result.text(), null, null));
        return result;
    }

    private static AgentResult answer(Ending ending, String message, String text, @Nullable JsonNode structured) {
        return AgentResult.said(ending, message, text, Optional.ofNullable(structured));
    }
}
