package dev.assay.run;

import java.util.Map;

/**
 * A node of a run's tree.
 *
 * @param type the kind of node, a segment type of its unique id: {@code stage}, {@code step}, {@code attempt},
 *     {@code layer}, {@code check}, {@code call}
 * @param id unique among its siblings; letters, digits, {@code . _ -}
 * @param name for people
 * @param labels what reports group by, such as {@code layer}, {@code step}, {@code buildPhase}, {@code attempt},
 *     {@code phase}
 */
public record Stage(String type, String id, String name, Map<String, String> labels) {}
