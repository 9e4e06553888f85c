/**
 * OpenCode: how it is called, how its stream is read, and what its endings mean.
 *
 * <p>The door is {@link dev.assay.agent.opencode.OpenCode}. The form is that of {@code opencode run --format json},
 * measured on version 1.18.33. It names neither model nor version, says nothing of a tool call before its end, nothing of
 * its retries, and has no last word: a call is over when the process is.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.agent.opencode;
