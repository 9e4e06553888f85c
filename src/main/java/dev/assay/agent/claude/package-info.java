/**
 * Claude Code: how it is called, how its stream is read and what its endings mean.
 *
 * <p>The door is {@link dev.assay.agent.claude.ClaudeCode};
 * {@link dev.assay.agent.claude.ClaudeStream} also reads recordings, since they are kept in this form. The form is that of {@code claude -p --output-format stream-json --verbose}; what was measured of it (versions
 * 2.1.197 and 2.1.329) stands in the comments. Key order is not stable, unknown fields come and go, and
 * {@code subtype:"success"} does not mean success.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.agent.claude;
