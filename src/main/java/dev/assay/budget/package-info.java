/**
 * What an agent may do and spend: policies, and wrappers around an {@link dev.assay.agent.Agent} that hold it to them.
 *
 * <p>The door is {@link dev.assay.budget.PolicedAgent}. The room must not know what a run does with the answers.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.budget;
