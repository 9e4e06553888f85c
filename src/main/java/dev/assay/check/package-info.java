/**
 * The layers of checks that Assay runs on an app and the agent never sees.
 *
 * <p>The door is {@link dev.assay.check.Layer}: each layer takes a {@link dev.assay.check.Subject} and yields named
 * checks. A check counts its assertions, and says what is wrong in a finding; what Assay could not measure is an error
 * and never a pass. The room must not know runs, agents, or how results are stored.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.check;
