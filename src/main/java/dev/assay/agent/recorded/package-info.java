/**
 * The recorded oracle: an experiment's recording, done again.
 *
 * <p>The door is {@link dev.assay.agent.recorded.RecordedTool}. A recording is a folder beside the experiment with the
 * streams of each call in the form of {@link dev.assay.agent.claude}; what its tool calls did is done to the workspace,
 * and every command really runs. The room must not know the contract, nor what the checks say.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.agent.recorded;
