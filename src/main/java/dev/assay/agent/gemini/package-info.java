/**
 * Gemini CLI: how it is called, how its stream is read, and what its endings mean.
 *
 * <p>The door is {@link dev.assay.agent.gemini.Gemini}. The form is that of {@code gemini --output-format
 * stream-json}, measured on version 0.61.0. It has no cost, no exit code of a command, and says its retries on standard
 * error only; its own exit code is the HTTP status modulo 256 where the API failed.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.agent.gemini;
