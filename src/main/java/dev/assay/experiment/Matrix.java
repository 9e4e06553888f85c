package dev.assay.experiment;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * From the {@code matrix} of a file to its variants: the product of the values, less {@code exclude}, plus
 * {@code include}. Both are as in GitHub's workflow matrices: an entry of {@code include} is added to the combinations
 * that agree with it in all keys of the matrix, and becomes a combination of its own where none does.
 */
public final class Matrix {
    private static final List<String> KEYS = List.of("planner", "implementer", "verifier", "skills");

    private Matrix() {}

    /** Values by key, with the line that they come from; a key that is not there has not been said. */
    private record Cell(Map<String, String> values, int line) {
        boolean agreesWith(Map<String, String> other) {
            return other.entrySet().stream().allMatch(entry -> entry.getValue().equals(values.get(entry.getKey())));
        }
    }

    /** The variants of a document that is known to be valid; what makes no sense is added to {@code problems}. */
    static List<Variant> of(YamlDocument document, List<Problem> problems) {
        JsonNode matrix = document.at("/matrix");
        if (matrix.isMissingNode()) {
            return variants(List.of(new Cell(Map.of(), 1)));
        }
        Map<String, List<String>> axes = new LinkedHashMap<>();
        for (String key : KEYS) {
            JsonNode value = matrix.path(key);
            if (value.isArray()) {
                axes.put(key, value.valueStream().map(JsonNode::asString).toList());
            } else if (!value.isMissingNode()) {
                axes.put(key, List.of(value.asString()));
            }
        }
        List<Cell> cells = new ArrayList<>();
        if (!axes.isEmpty()) {
            product(document, axes, cells);
        }
        exclude(document, matrix, cells, problems);
        include(document, matrix, axes, cells, problems);
        List<Variant> variants = variants(cells);
        if (variants.isEmpty()) {
            problems.add(document.problem("/matrix", "matrix: found no combination, expected at least one variant"));
        }
        return variants;
    }

    private static void product(YamlDocument document, Map<String, List<String>> axes, List<Cell> cells) {
        cells.add(new Cell(Map.of(), document.line("/matrix")));
        axes.forEach((key, values) -> {
            List<Cell> before = List.copyOf(cells);
            cells.clear();
            for (Cell cell : before) {
                for (int i = 0; i < values.size(); i++) {
                    Map<String, String> more = new LinkedHashMap<>(cell.values());
                    more.put(key, values.get(i));
                    // the line of the implementer's entry, or of whichever other list makes the variant
                    boolean names = values.size() > 1 && (key.equals("implementer") || fixed(axes, "implementer"));
                    String place = "/matrix/" + key + (document.has("/matrix/" + key + "/" + i) ? "/" + i : "");
                    cells.add(new Cell(more, names ? document.line(place) : cell.line()));
                }
            }
        });
    }

    private static boolean fixed(Map<String, List<String>> axes, String key) {
        return axes.getOrDefault(key, List.of()).size() < 2;
    }

    private static void exclude(YamlDocument document, JsonNode matrix, List<Cell> cells, List<Problem> problems) {
        for (int i = 0; i < matrix.path("exclude").size(); i++) {
            Map<String, String> entry = entry(matrix.path("exclude").get(i));
            if (!cells.removeIf(cell -> cell.agreesWith(entry))) {
                problems.add(document.problem(
                        "/matrix/exclude/" + i,
                        "matrix.exclude[" + i + "]: found " + entry + ", which no combination agrees with;"
                                + " expected values that stand in the matrix"));
            }
        }
    }

    private static void include(
            YamlDocument document,
            JsonNode matrix,
            Map<String, List<String>> axes,
            List<Cell> cells,
            List<Problem> problems) {
        int original = cells.size();
        for (int i = 0; i < matrix.path("include").size(); i++) {
            Map<String, String> entry = entry(matrix.path("include").get(i));
            Map<String, String> fixed = new LinkedHashMap<>(entry);
            fixed.keySet().retainAll(axes.keySet());
            boolean added = false;
            boolean overwrites = false;
            for (int j = 0; j < original; j++) {
                if (cells.get(j).agreesWith(fixed)) {
                    Map<String, String> more = new LinkedHashMap<>(cells.get(j).values());
                    for (Map.Entry<String, String> value : entry.entrySet()) {
                        String before = more.put(value.getKey(), value.getValue());
                        overwrites |= before != null && !before.equals(value.getValue());
                    }
                    cells.set(j, new Cell(more, cells.get(j).line()));
                    added = true;
                }
            }
            if (overwrites) {
                problems.add(document.problem(
                        "/matrix/include/" + i,
                        "matrix.include[" + i + "]: found " + entry + ", which overwrites what an earlier entry added;"
                                + " expected values of the matrix that tell the two apart"));
            }
            if (!added) {
                Map<String, String> own = new LinkedHashMap<>();
                axes.forEach((key, values) -> {
                    if (values.size() == 1) {
                        own.put(key, values.get(0));
                    }
                });
                own.putAll(entry);
                cells.add(new Cell(own, document.line("/matrix/include/" + i)));
            }
        }
    }

    private static Map<String, String> entry(JsonNode node) {
        Map<String, String> entry = new LinkedHashMap<>();
        node.properties()
                .forEach(value -> entry.put(value.getKey(), value.getValue().asString()));
        return entry;
    }

    private static List<Variant> variants(List<Cell> cells) {
        List<Variant> variants = new ArrayList<>();
        for (Cell cell : cells) {
            variants.add(new Variant(
                    "",
                    role(cell, "planner"),
                    role(cell, "implementer"),
                    role(cell, "verifier"),
                    skills(cell.values().getOrDefault("skills", "none")),
                    cell.line()));
        }
        return named(variants);
    }

    private static Role role(Cell cell, String key) {
        return Role.parse(cell.values().getOrDefault(key, "auto"));
    }

    private static SkillsMode skills(String id) {
        for (SkillsMode mode : SkillsMode.values()) {
            if (mode.id().equals(id)) {
                return mode;
            }
        }
        throw new IllegalArgumentException("no skills mode " + id);
    }

    /** The same variants, each once and with an id that is its own. */
    public static List<Variant> named(List<Variant> variants) {
        Set<List<Object>> seen = new HashSet<>();
        Set<String> ids = new HashSet<>();
        List<Variant> named = new ArrayList<>();
        for (Variant variant : variants) {
            if (!seen.add(List.of(variant.planner(), variant.implementer(), variant.verifier(), variant.skills()))) {
                continue;
            }
            String wanted = id(variant.planner(), variant.implementer(), variant.verifier(), variant.skills());
            String id = wanted;
            for (int n = 2; !ids.add(id); n++) {
                id = wanted + "-" + n;
            }
            named.add(new Variant(
                    id,
                    variant.planner(),
                    variant.implementer(),
                    variant.verifier(),
                    variant.skills(),
                    variant.line()));
        }
        return List.copyOf(named);
    }

    /**
     * A short id that depends on the variant alone: planner and implementer, the verifier where it is not the planner,
     * the skills mode where there is one; what repeats is said once. {@code claude-sonnet+claude-opus}, {@code auto}.
     */
    public static String id(Role planner, Role implementer, Role verifier, SkillsMode skills) {
        List<String> parts = new ArrayList<>(List.of(planner.toString(), implementer.toString()));
        if (!verifier.equals(planner)) {
            parts.add(verifier.toString());
        }
        LinkedHashSet<String> distinct = new LinkedHashSet<>(parts);
        List<String> said = new ArrayList<>(distinct.size() == 1 ? distinct : parts);
        if (skills != SkillsMode.NONE) {
            said.add(skills.id());
        }
        return String.join(
                "+",
                said.stream()
                        .map(part -> part.replaceAll("[^A-Za-z0-9._-]", "-"))
                        .toList());
    }
}
