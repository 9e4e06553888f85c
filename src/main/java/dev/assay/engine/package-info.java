/**
 * The JUnit face: an engine of the JUnit Platform with the id {@code assay}, and a launcher of our own.
 *
 * <p>The doors are {@link dev.assay.engine.AssayTestEngine}, which the platform finds, the annotation
 * {@link dev.assay.engine.Experiments}, which a class carries, and {@link dev.assay.engine.Launch}, which everything
 * calls that starts experiments without Maven or an IDE. This room turns experiments into a tree of tests and results
 * into test results; it must not know how a run is done. No other room knows of JUnit's engine API.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.engine;
