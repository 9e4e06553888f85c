/**
 * Codex: how it is called, how its stream is read, and what its endings mean.
 *
 * <p>The door is {@link dev.assay.agent.codex.Codex}. The form is that of {@code codex exec --json}, measured on
 * version 0.169.0. It names no model, no version, no cost and no times; its usage counts the whole thread.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.agent.codex;
