/**
 * From selectors (class, package, file, line, directory, unique id) and settings to the static part of the tree.
 *
 * <p>The door is {@link dev.assay.engine.discovery.ExperimentDiscovery}. Build tools discover many times, once for each
 * class, so nothing here starts, opens or writes anything.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.engine.discovery;
