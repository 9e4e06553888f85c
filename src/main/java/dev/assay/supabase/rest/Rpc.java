package dev.assay.supabase.rest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A call of a function: which overload is meant, and the SQL that calls it. */
final class Rpc {
    /** Types of a body that only a function with one unnamed parameter takes, with the type of that. */
    private static final Map<String, String> RAW =
            Map.of("text/plain", "text", "text/xml", "xml", "application/octet-stream", "bytea");

    private static final String FORM = "application/x-www-form-urlencoded";

    private final Function function;
    private final Map<String, List<String>> arguments;
    private final @Nullable Payload payload;
    private final byte @Nullable [] raw;

    private Rpc(
            Function function, Map<String, List<String>> arguments, @Nullable Payload payload, byte @Nullable [] raw) {
        this.function = function;
        this.arguments = arguments;
        this.payload = payload;
        this.raw = raw;
    }

    Function function() {
        return function;
    }

    /** A call with arguments from the query string. */
    static Rpc get(Catalog catalog, Name name, List<Map.Entry<String, String>> pairs) {
        Map<String, List<String>> arguments = grouped(pairs);
        return new Rpc(new Choice(catalog, name, arguments.keySet(), "").function(), arguments, null, null);
    }

    /**
     * A call with a body: an object of arguments, or the one value of a function with one unnamed parameter.
     *
     * @param columns the arguments to take of an object, where the request names them
     */
    static Rpc post(Catalog catalog, Name name, byte[] body, String contentType, Optional<List<String>> columns) {
        String type = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (RAW.containsKey(type)) {
            return new Rpc(new Choice(catalog, name, Set.of(), type).function(), Map.of(), null, body);
        }
        if (type.equals(FORM)) {
            Map<String, List<String>> arguments = grouped(Payload.pairs(Payload.text(body)));
            return new Rpc(new Choice(catalog, name, arguments.keySet(), type).function(), arguments, null, null);
        }
        if (body.length == 0) {
            return new Rpc(new Choice(catalog, name, Set.of(), "application/json").function(), Map.of(), null, null);
        }
        Payload payload = Payload.of(body, Optional.of(contentType));
        Set<String> keys = Set.copyOf(columns.orElse(payload.keys()));
        return new Rpc(
                new Choice(catalog, name, keys, "application/json").function(), Map.of(), payload.only(keys), null);
    }

    private static Map<String, List<String>> grouped(List<Map.Entry<String, String>> pairs) {
        Map<String, List<String>> arguments = new LinkedHashMap<>();
        for (Map.Entry<String, String> pair : pairs) {
            arguments.computeIfAbsent(pair.getKey(), key -> new ArrayList<>()).add(pair.getValue());
        }
        return arguments;
    }

    /**
     * Chooses among the functions of a name by the names of the arguments.
     *
     * @param bodyType of a call by POST; empty for one without a body
     */
    private record Choice(Catalog catalog, Name name, Set<String> keys, String bodyType) {

        Function function() {
            List<Function> all = catalog.functions().getOrDefault(name, List.of());
            List<Function> found = all.stream().filter(this::fits).toList();
            if (found.isEmpty()) {
                found = all.stream().filter(this::takesBody).toList();
            }
            if (found.isEmpty()) {
                throw unknown(all);
            }
            if (found.size() > 1) {
                throw Refusal.of(
                        300,
                        "PGRST203",
                        "Could not choose the best candidate function between: "
                                + found.stream().map(Choice::signature).collect(Collectors.joining(", ")),
                        null,
                        "Try renaming the parameters or the function itself in the database so function overloading can"
                                + " be resolved");
            }
            return found.get(0);
        }

        private boolean fits(Function function) {
            if (function.parameters().isEmpty()) {
                return keys.isEmpty() && !RAW.containsKey(bodyType);
            }
            return keys.stream().allMatch(function::takes)
                    && function.parameters().stream()
                            .filter(Function.Parameter::required)
                            .allMatch(p -> keys.contains(p.name()));
        }

        private boolean takesBody(Function function) {
            Function.Parameter only = function.unnamed();
            return only != null
                    && (bodyType.equals("application/json")
                            ? List.of("json", "jsonb").contains(only.type())
                            : only.type().equals(RAW.get(bodyType)));
        }

        private static String signature(Function function) {
            return function.name().schema() + "." + function.name().name()
                    + function.parameters().stream()
                            .map(p -> p.name() + " => " + p.type())
                            .collect(Collectors.joining(", ", "(", ")"));
        }

        private Refusal unknown(List<Function> same) {
            String full = name.schema() + "." + name.name();
            if (RAW.containsKey(bodyType)) {
                return Refusal.unknownFunction(
                        "Could not find the function " + full + " in the schema cache",
                        "Searched for the function " + full + " with a single unnamed " + RAW.get(bodyType)
                                + " parameter, but no matches were found in the schema cache.",
                        null);
            }
            String list = String.join(", ", new TreeSet<>(keys));
            String with =
                    keys.isEmpty() ? " without parameters" : " with parameter" + (keys.size() > 1 ? "s " : " ") + list;
            return Refusal.unknownFunction(
                    "Could not find the function " + full + (keys.isEmpty() ? " without parameters" : "(" + list + ")")
                            + " in the schema cache",
                    "Searched for the function " + full + with
                            + (bodyType.equals("application/json")
                                    ? " or with a single unnamed json/jsonb parameter"
                                    : "")
                            + ", but no matches were found in the schema cache.",
                    hint(same, list));
        }

        private @Nullable String hint(List<Function> same, String list) {
            Optional<String> near;
            if (same.isEmpty()) {
                near = Similar.to(name.name(), catalog.functionNames(name.schema()), Similar.CLOSE);
            } else {
                List<String> lists = same.stream()
                        .map(f -> f.parameters().stream()
                                .map(Function.Parameter::name)
                                .sorted()
                                .collect(Collectors.joining(", ", "(", ")")))
                        .toList();
                near = Similar.to("(" + list + ")", lists, Similar.REMOTE).map(name.name()::concat);
            }
            return near.map(found -> "Perhaps you meant to call the function " + name.schema() + "." + found)
                    .orElse(null);
        }
    }

    /**
     * The call as a source of rows: the function's columns, or its value as {@code pgrst_scalar}.
     *
     * @param computed names of computed columns of its rows that are needed too
     */
    Sql source(Set<String> computed) {
        List<Function.Parameter> given = new ArrayList<>();
        Payload body = payload;
        boolean named = body != null && function.unnamed() == null;
        if (body != null && named) {
            for (Function.Parameter parameter : function.parameters()) {
                if (body.keys().contains(parameter.name())) {
                    given.add(parameter);
                }
            }
        }
        Sql from = new Sql();
        if (body != null && !given.isEmpty()) {
            from.add("json_to_record(").bind(body.json()).add("::json) as pgrst_args(");
            String comma = "";
            for (Function.Parameter parameter : given) {
                from.add(comma).name(parameter.name()).add(" ").add(parameter.type());
                comma = ", ";
            }
            from.add(")");
        }
        Sql call = new Sql().add(function.name().sql()).add("(");
        if (named) {
            String comma = "";
            for (Function.Parameter parameter : given) {
                addName(call.add(comma), parameter);
                call.add("pgrst_args.").name(parameter.name());
                comma = ", ";
            }
        } else if (payload != null || raw != null) {
            addUnnamed(call);
        } else {
            addPairs(call);
        }
        return select(call.add(")"), from, computed);
    }

    private Sql select(Sql call, Sql from, Set<String> computed) {
        Sql sql = new Sql().add("select ");
        if (function.isRecord()) {
            // as a value: only then PostgreSQL does not ask for the columns
            sql.add(call).add(" as pgrst_scalar");
            return from.isEmpty() ? sql : sql.add(" from ").add(from);
        }
        if (function.composite()) {
            sql.add("pgrst_call.*");
            computed.forEach(column -> sql.add(", pgrst_call.").name(column));
        } else {
            sql.add("pgrst_call.pgrst_scalar");
        }
        sql.add(" from ");
        if (!from.isEmpty()) {
            sql.add(from).add(", lateral ");
        }
        return sql.add(call).add(function.composite() ? " as pgrst_call" : " as pgrst_call(pgrst_scalar)");
    }

    private void addUnnamed(Sql sql) {
        Function.Parameter only = function.parameters().get(0);
        if (payload != null) {
            sql.bind(payload.json()).add("::").add(only.type());
        } else if (raw != null && only.type().equals("bytea")) {
            sql.bindBytes(raw);
        } else if (raw != null) {
            sql.bind(Payload.text(raw)).add("::").add(only.type());
        }
    }

    private void addPairs(Sql sql) {
        String comma = "";
        for (Map.Entry<String, List<String>> argument : arguments.entrySet()) {
            Function.Parameter parameter = function.parameter(argument.getKey());
            if (parameter != null) {
                List<String> values = argument.getValue();
                addName(sql.add(comma), parameter);
                String value = parameter.variadic() && !isArray(values)
                        ? FilterSql.array(values)
                        : values.get(values.size() - 1);
                sql.bind(value).add("::").add(parameter.type());
                comma = ", ";
            }
        }
    }

    private static boolean isArray(List<String> values) {
        return values.size() == 1 && values.get(0).startsWith("{");
    }

    private static void addName(Sql sql, Function.Parameter parameter) {
        sql.add(parameter.variadic() ? "variadic " : "").name(parameter.name()).add(" := ");
    }
}
