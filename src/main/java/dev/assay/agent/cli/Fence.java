package dev.assay.agent.cli;

import dev.assay.agent.AgentRequest;
import dev.assay.process.Command;

/** Puts an agent's process where it sees and reaches only what it may. */
public interface Fence {
    /** None: the process runs as the user does. */
    Fence NONE = new Fence() {
        @Override
        public boolean isolates() {
            return false;
        }

        @Override
        public Command around(Command command, AgentRequest request) {
            return command;
        }
    };

    /** Whether a process within sees nothing of the machine but its workspace, its HOME and the tools. */
    boolean isolates();

    /** The same command within the fence. */
    Command around(Command command, AgentRequest request);
}
