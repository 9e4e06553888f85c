/**
 * The one list of options, each value, and where it came from.
 *
 * <p>The doors are {@link dev.assay.settings.Option} (what there is) and {@link dev.assay.settings.Settings} (what was
 * said). The room knows nothing of what an option does, and nothing of the experiment file, whose values are merged in
 * where the file is read.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.settings;
