package dev.assay.agent.recorded;

import dev.assay.agent.Agent;
import dev.assay.agent.AgentTool;
import dev.assay.agent.Phase;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.Variant;
import dev.assay.process.Supervisor;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Answers from the recording that an experiment ships with. */
public final class RecordedTool implements AgentTool {
    private final Supervisor supervisor;

    public RecordedTool(Supervisor supervisor) {
        this.supervisor = supervisor;
    }

    @Override
    public String name() {
        return "recorded";
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.SCHEMA_OUTPUT, Capability.COST);
    }

    @Override
    public Agent agentFor(Experiment experiment) {
        // Where a part of the work is left undone, all that follows it differs, and says nothing.
        boolean compare = experiment.variants().stream().noneMatch(RecordedTool::namesNop);
        return new RecordedAgent(new Recording(experiment.recording()), compare, supervisor, Clock.systemUTC());
    }

    /**
     * The calls that an experiment's recording holds, in the order in which they were made.
     *
     * @throws IllegalStateException where the recording cannot be read, with the file and what to do
     */
    public List<RecordedCall> calls(Experiment experiment) {
        try {
            Recording recording = new Recording(experiment.recording());
            recording.check();
            return recording.calls().stream().map(RecordedCall::named).toList();
        } catch (BrokenRecording e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    /**
     * A call that was recorded, as a request names it.
     *
     * @param attempt from 1, of that phase of that step
     */
    public record RecordedCall(Phase phase, Optional<String> stepId, int attempt) {
        private static final Pattern NAME = Pattern.compile("(?:steps/([^/]+)/)?([a-z]+)-(\\d+)");

        private static RecordedCall named(String name) {
            Matcher parts = NAME.matcher(name);
            if (!parts.matches()) {
                throw new IllegalStateException("The recording names a call \"" + name
                        + "\"; calls are PHASE-N and steps/STEP/PHASE-N. Put recording.json right.");
            }
            return new RecordedCall(
                    Phase.valueOf(parts.group(2).toUpperCase(Locale.ROOT)),
                    Optional.ofNullable(parts.group(1)),
                    Integer.parseInt(parts.group(3)));
        }
    }

    private static boolean namesNop(Variant variant) {
        return Stream.of(variant.planner(), variant.implementer(), variant.verifier())
                .anyMatch(role -> role.tool().equals("nop"));
    }
}
