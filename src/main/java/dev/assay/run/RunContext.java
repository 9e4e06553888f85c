package dev.assay.run;

import dev.assay.agent.Agent;
import dev.assay.check.Layer;
import dev.assay.check.LayerKind;
import dev.assay.process.Supervisor;
import dev.assay.target.Targets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that a run needs, put together before it starts.
 *
 * @param info what is known of it
 * @param planner who plans, {@code implementer} who implements, {@code verifier} who verifies
 * @param guidance what the agents are given beside their task
 * @param targets where fresh targets come from
 * @param layers the checks, by layer
 * @param environment makes what the agent's and the app's processes see
 * @param searchPath PATH of Assay's own tools, such as git
 * @param supervisor starts processes
 * @param listeners who is told
 * @param secrets values that are never written anywhere
 */
public record RunContext(
        RunInfo info,
        Performer planner,
        Performer implementer,
        Performer verifier,
        Guidance guidance,
        Targets targets,
        Map<LayerKind, Layer> layers,
        Preparation environment,
        String searchPath,
        Supervisor supervisor,
        List<RunListener> listeners,
        List<String> secrets) {

    /**
     * A role's tool and the agent that does its calls in this run.
     *
     * @param skillsFolder where in the workspace the tool looks for skills by itself; empty where it does not
     */
    public record Performer(String tool, Optional<String> model, Agent agent, Optional<String> skillsFolder) {}

    /** Finds or installs what the run's processes need; it may take its time, and fail. */
    @FunctionalInterface
    public interface Preparation {
        Environment prepare() throws InterruptedException;
    }

    /** A run's HOME: the agents', not the user's. */
    public Path home() {
        return info.folder().resolve("home");
    }

    /** The app's HOME: what an agent signs in with is none of its business. */
    Path appHome() {
        return info.folder().resolve("app-home");
    }
}
