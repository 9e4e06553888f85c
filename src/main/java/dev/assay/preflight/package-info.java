/**
 * What a run needs, looked at before anyone is paid: each thing found, with version and place, or what to do about it.
 *
 * <p>The door is {@link dev.assay.preflight.Preflight}; {@link dev.assay.preflight.Readiness} says what it found, for people
 * and as JSON. It installs nothing, and calls a model only where that is asked for. It must not know how a run goes.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.preflight;
