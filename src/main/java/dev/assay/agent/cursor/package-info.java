/**
 * Cursor's agent: how it is called, how its stream is read, and what its endings mean.
 *
 * <p>The door is {@link dev.assay.agent.cursor.Cursor}. The form is that of {@code agent -p --output-format
 * stream-json}, as its documentation and the readers of others have it: it was not measured here. Known of it: after its
 * result it may never exit, each further result counts for itself, and a failure may leave no result at all.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.agent.cursor;
