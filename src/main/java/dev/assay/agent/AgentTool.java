package dev.assay.agent;

import dev.assay.experiment.Experiment;
import java.util.Set;

/** A tool that experiments can name in a role. One class each; no code outside asks which one it is. */
public interface AgentTool {
    /** As it is written in roles: {@code claude}, {@code recorded}. */
    String name();

    Set<Capability> capabilities();

    /** The agent for one run of an experiment. */
    Agent agentFor(Experiment experiment);

    /** What a tool can do by itself; what it cannot is done around it. */
    enum Capability {
        SCHEMA_OUTPUT,
        COST,
        READ_ONLY,
        TOOL_PERMISSIONS,
        SKILLS_FOLDER
    }
}
