package dev.assay.agent;

import dev.assay.experiment.Experiment;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A tool that experiments can name in a role. One class each; no code outside asks which one it is. */
public interface AgentTool {
    /** As it is written in roles: {@code claude}, {@code recorded}. */
    String name();

    Set<Capability> capabilities();

    /** The agent for one run of an experiment. */
    Agent agentFor(Experiment experiment);

    /** Whether it is a part of Assay's own, so that what it does says nothing of any agent and costs nothing. */
    default boolean builtIn() {
        return true;
    }

    /** Whether it is there. Starts nothing. */
    default boolean installed() {
        return true;
    }

    /** Whether it is there and signed in. May start it, for a question that costs nothing. */
    default boolean signedIn() throws InterruptedException {
        return true;
    }

    /** How to install it, as one command or sentence. */
    default String install() {
        return "It is a part of Assay.";
    }

    /** How to sign in, as one command or sentence. */
    default String signIn() {
        return "It needs no account.";
    }

    /** What it signs in with, as far as Assay knows it: never to be written anywhere. */
    default List<String> secrets() {
        return List.of();
    }

    /** The folder of the workspace, relative, in which it looks for skills; empty where it knows none. */
    default Optional<String> skillsFolder() {
        return Optional.empty();
    }

    /** What a tool can do by itself; what it cannot is done around it. */
    enum Capability {
        SCHEMA_OUTPUT,
        COST,
        READ_ONLY,
        TOOL_PERMISSIONS,
        SKILLS_FOLDER
    }
}
