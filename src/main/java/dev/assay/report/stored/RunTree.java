package dev.assay.report.stored;

import dev.assay.store.ArchivedRun;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** The nodes of a stored run as the tree that they were. */
final class RunTree {
    private final Map<String, List<ObjectNode>> children = new LinkedHashMap<>();
    private final Map<String, ObjectNode> nodes = new LinkedHashMap<>();
    private final String root;

    RunTree(ArchivedRun run) {
        root = ArchivedRun.text(run.run(), "unique_id");
        run.results().forEach(row -> nodes.put(ArchivedRun.text(row, "unique_id"), row));
        for (ObjectNode row : run.results()) {
            String parent = ArchivedRun.text(row, "parent_id");
            // a node whose container was never finished, since the run was cut short, stands at the top
            children.computeIfAbsent(nodes.containsKey(parent) ? parent : root, any -> new ArrayList<>())
                    .add(row);
        }
    }

    List<ObjectNode> top() {
        return children.getOrDefault(root, List.of());
    }

    List<ObjectNode> below(ObjectNode node) {
        return children.getOrDefault(ArchivedRun.text(node, "unique_id"), List.of());
    }

    /** From the run's stage to the node's container. */
    List<ObjectNode> above(ObjectNode node) {
        List<ObjectNode> path = new ArrayList<>();
        ObjectNode next = nodes.get(ArchivedRun.text(node, "parent_id"));
        while (next != null) {
            path.add(0, next);
            next = nodes.get(ArchivedRun.text(next, "parent_id"));
        }
        return path;
    }

    /** The same for all attempts of a node: its place in the tree without them. */
    String identity(ObjectNode node) {
        StringBuilder place = new StringBuilder();
        above(node).stream()
                .filter(part -> !ArchivedRun.text(part, "type").equals("attempt"))
                .forEach(part -> place.append(last(part)).append('/'));
        return place.append(last(node)).toString();
    }

    private static String last(ObjectNode node) {
        String id = ArchivedRun.text(node, "unique_id");
        return id.substring(id.lastIndexOf("/[") + 1);
    }

    /** A column with a time, as PostgreSQL writes it in JSON. */
    static Instant time(ObjectNode row, String column) {
        return OffsetDateTime.parse(ArchivedRun.text(row, column)).toInstant();
    }
}
