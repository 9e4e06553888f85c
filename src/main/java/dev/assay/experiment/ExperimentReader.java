package dev.assay.experiment;

import dev.assay.experiment.Access.Operation;
import dev.assay.experiment.Access.Who;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Makes the record from a document that has been found valid. */
final class ExperimentReader {
    private final AppInterface defaultApp;
    private final List<String> defaultDiagnostics;

    /** @param defaults the document whose interface and diagnostics stand in where a file names none */
    ExperimentReader(YamlDocument defaults) {
        this.defaultApp = app(defaults);
        this.defaultDiagnostics = texts(defaults.at("/diagnostics"));
    }

    /** An experiment file that extends nothing. */
    Experiment experiment(String name, YamlDocument document, List<Variant> variants) {
        return new Experiment(
                name,
                document.file(),
                name,
                text(document.at("/title")),
                text(document.at("/prompt")),
                texts(document.at("/tags")),
                texts(document.at("/requires/extensions")),
                limits(document.at("/limits")),
                document.has("/diagnostics") ? texts(document.at("/diagnostics")) : defaultDiagnostics,
                document.has("/interface") ? app(document) : defaultApp,
                document.has("/contract") ? contract(document) : DEFAULT_CONTRACT,
                variants,
                document.at("/repetitions").asInt(1),
                false,
                pace(document, Pace.DEFAULT));
    }

    /** A matrix file, over the experiment that it extends. */
    Experiment matrix(String name, YamlDocument document, Experiment base, List<Variant> variants) {
        return new Experiment(
                name,
                document.file(),
                base.name(),
                document.has("/title") ? text(document.at("/title")) : base.title(),
                base.prompt(),
                document.has("/tags") ? texts(document.at("/tags")) : base.tags(),
                base.extensions(),
                base.limits(),
                base.diagnostics(),
                base.app(),
                base.contract(),
                variants,
                document.has("/repetitions") ? document.at("/repetitions").asInt() : base.repetitions(),
                true,
                pace(document, base.pace()));
    }

    private static Pace pace(YamlDocument document, Pace otherwise) {
        return new Pace(
                document.at("/parallelism").asInt(otherwise.parallelism()),
                document.at("/fail-fast").asBoolean(otherwise.failFast()),
                document.has("/stop-early")
                        ? Question.parse(document.at("/stop-early").asString())
                        : otherwise.stopEarly());
    }

    /** What a prompt without a file is: the defaults, and nobody named. */
    Experiment adHoc(String name, Path file, String prompt) {
        String title = prompt.strip().lines().findFirst().orElse(name);
        return new Experiment(
                name,
                file,
                name,
                title.length() > 80 ? title.substring(0, 79) + "…" : title,
                prompt,
                List.of(),
                List.of(),
                Limits.DEFAULT,
                defaultDiagnostics,
                defaultApp,
                DEFAULT_CONTRACT,
                Matrix.named(List.of(new Variant("", Role.AUTO, Role.AUTO, Role.AUTO, SkillsMode.NONE, 1))),
                1,
                false);
    }

    private static final Contract DEFAULT_CONTRACT =
            new Contract("default", Map.of(), List.of(), List.of(), List.of(), Optional.empty());

    private static AppInterface app(YamlDocument document) {
        JsonNode app = document.at("/interface");
        return new AppInterface(
                text(app.path("install")),
                text(app.path("build")),
                text(app.path("start")),
                texts(app.path("env")),
                text(app.path("ui")),
                document.block("interface"));
    }

    private static Limits limits(JsonNode node) {
        Limits standard = Limits.DEFAULT;
        return new Limits(
                node.path("retries").asInt(standard.retries()),
                node.path("resolutions").asInt(standard.resolutions()),
                duration(node.path("plan"), standard.plan()),
                duration(node.path("agent"), standard.agent()),
                duration(node.path("tool"), standard.tool()),
                duration(node.path("check"), standard.check()),
                node.has("cost")
                        ? Optional.of(new BigDecimal(text(node.get("cost")).split(" ", -1)[0]))
                        : Optional.empty());
    }

    private static Duration duration(JsonNode node, Duration standard) {
        if (node.isMissingNode()) {
            return standard;
        }
        String text = text(node);
        long number = Long.parseLong(text.substring(0, text.length() - 1));
        return switch (text.charAt(text.length() - 1)) {
            case 's' -> Duration.ofSeconds(number);
            case 'm' -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }

    private static Contract contract(YamlDocument document) {
        JsonNode contract = document.at("/contract");
        Map<String, Contract.TableRule> tables = new LinkedHashMap<>();
        contract.path("tables").properties().forEach(entry -> {
            String id = entry.getKey();
            tables.put(
                    id,
                    new Contract.TableRule(
                            id,
                            text(entry.getValue().get("match")),
                            access(entry.getValue().get("access")),
                            document.line("/contract/tables/" + YamlDocument.escaped(id))));
        });
        return new Contract(
                "own",
                java.util.Collections.unmodifiableMap(tables),
                contract.path("functions").valueStream().toList(),
                contract.path("storage").valueStream().toList(),
                texts(contract.path("flows")),
                contract.has("resource")
                        ? Optional.of(new Contract.Resource(
                                text(contract.at("/resource/table")), text(contract.at("/resource/text"))))
                        : Optional.empty());
    }

    private static Access access(JsonNode node) {
        if (node.isString()) {
            return switch (node.asString()) {
                case "owner" -> new Access.Owner();
                case "public-read" -> new Access.PublicRead();
                default -> new Access.None();
            };
        }
        if (!node.has("via")) {
            return new Access.Spelled(
                    who(node.path("read")),
                    who(node.path("insert")),
                    who(node.path("update")),
                    who(node.path("delete")));
        }
        Map<String, Set<Operation>> allowed = new LinkedHashMap<>();
        allowed.put("outsider", Set.of());
        node.properties().forEach(entry -> {
            if (!entry.getKey().equals("via")) {
                allowed.put(entry.getKey(), operations(entry.getValue()));
            }
        });
        JsonNode via = node.get("via");
        return new Access.Via(
                text(via.get("table")),
                text(via.get("group")),
                text(via.get("user")),
                Optional.ofNullable(via.get("role")).map(JsonNode::asString),
                java.util.Collections.unmodifiableMap(allowed));
    }

    private static Who who(JsonNode node) {
        return node.isMissingNode() ? Who.NOBODY : Who.valueOf(constant(node.asString()));
    }

    private static Set<Operation> operations(JsonNode node) {
        if (node.isString()) {
            return node.asString().equals("all") ? EnumSet.allOf(Operation.class) : Set.of();
        }
        EnumSet<Operation> operations = EnumSet.noneOf(Operation.class);
        node.forEach(item -> operations.add(Operation.valueOf(constant(item.asString()))));
        return operations;
    }

    private static String constant(String word) {
        return word.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private static String text(JsonNode node) {
        return node.asString("").strip();
    }

    private static List<String> texts(JsonNode node) {
        return node.valueStream().map(ExperimentReader::text).toList();
    }
}
