/** A model's service that plays a script, for tests that drive real CLIs. */
@org.jspecify.annotations.NullMarked
package dev.assay.agent.scripted;
