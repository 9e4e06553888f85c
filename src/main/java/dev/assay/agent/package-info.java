/**
 * What does a phase of a run: one call in, normalised events and one result out.
 *
 * <p>The door is {@link dev.assay.agent.Agent}, which an {@link dev.assay.agent.AgentTool} makes; each tool has a
 * package of its own below this one. The room must not know what a run does with the answers, how events are stored, or
 * how an app is judged.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.agent;
