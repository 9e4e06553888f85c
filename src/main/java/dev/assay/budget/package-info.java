/**
 * What an agent may do and spend: policies, and wrappers around an {@link dev.assay.agent.Agent} that hold it to them.
 *
 * <p>The doors are {@link dev.assay.budget.PolicedAgent} and {@link dev.assay.budget.BudgetedAgent}. The room must not know what a run does with the answers.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.budget;
