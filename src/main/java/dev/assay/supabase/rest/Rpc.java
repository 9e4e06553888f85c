package dev.assay.supabase.rest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A call of a function: which overload is meant, and the SQL that calls it. */
final class Rpc {
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
        Map<String, List<String>> arguments = new LinkedHashMap<>();
        for (Map.Entry<String, String> pair : pairs) {
            arguments.computeIfAbsent(pair.getKey(), key -> new ArrayList<>()).add(pair.getValue());
        }
        Function function = choose(catalog, name, arguments.keySet(), null);
        return new Rpc(function, arguments, null, null);
    }

    /** A call with a body: an object of arguments, or the one value of a function with one unnamed parameter. */
    static Rpc post(Catalog catalog, Name name, byte[] body, String contentType) {
        if (contentType.startsWith("text/plain")
                || contentType.startsWith("application/octet-stream")
                || contentType.startsWith("text/xml")) {
            String type = contentType.startsWith("text/plain")
                    ? "text"
                    : contentType.startsWith("text/xml") ? "xml" : "bytea";
            List<Function> takers = catalog.functions().getOrDefault(name, List.of()).stream()
                    .filter(f -> unnamedOf(f, List.of(type)))
                    .toList();
            if (!takers.isEmpty()) {
                return new Rpc(takers.get(0), Map.of(), null, body);
            }
        }
        if (body.length == 0) {
            return new Rpc(choose(catalog, name, Set.of(), null), Map.of(), null, null);
        }
        Payload payload = Payload.of(body, java.util.Optional.of(contentType));
        Function function = choose(catalog, name, new LinkedHashSet<>(payload.keys()), payload);
        return new Rpc(function, Map.of(), payload, null);
    }

    private static boolean unnamedOf(Function function, List<String> types) {
        Function.Parameter only = function.unnamed();
        return only != null && types.contains(only.type());
    }

    private static Function choose(Catalog catalog, Name name, Set<String> keys, @Nullable Payload payload) {
        List<Function> all = catalog.functions().getOrDefault(name, List.of());
        boolean named = payload == null || payload.kind() == Payload.Kind.OBJECT;
        List<Function> found = all.stream().filter(f -> named && fits(f, keys)).toList();
        if (found.isEmpty() && payload != null) {
            found = all.stream()
                    .filter(f -> unnamedOf(f, List.of("json", "jsonb")))
                    .toList();
        }
        if (found.isEmpty()) {
            throw unknown(catalog, name, keys, payload != null);
        }
        if (found.size() > 1) {
            throw Refusal.of(
                    300,
                    "PGRST203",
                    "Could not choose the best candidate function between: "
                            + found.stream().map(Rpc::signature).collect(Collectors.joining(", ")),
                    null,
                    "Try renaming the parameters or the function itself in the database so function overloading can be"
                            + " resolved");
        }
        return found.get(0);
    }

    private static boolean fits(Function function, Set<String> keys) {
        return keys.stream().allMatch(function::takes)
                && function.parameters().stream()
                        .filter(Function.Parameter::required)
                        .allMatch(p -> !p.name().isEmpty() && keys.contains(p.name()));
    }

    private static String signature(Function function) {
        return function.name().schema() + "." + function.name().name()
                + function.parameters().stream()
                        .map(p -> p.name() + " => " + p.type())
                        .collect(Collectors.joining(", ", "(", ")"));
    }

    private static Refusal unknown(Catalog catalog, Name name, Set<String> keys, boolean posted) {
        String full = name.schema() + "." + name.name();
        String list = String.join(", ", keys);
        String with =
                keys.isEmpty() ? " without parameters" : " with parameter" + (keys.size() > 1 ? "s " : " ") + list;
        List<Function> same = catalog.functions().getOrDefault(name, List.of());
        String hint = null;
        if (!same.isEmpty()) {
            hint = hint(same.get(0));
        } else {
            String near = Catalog.closest(
                    name.name(),
                    catalog.functions().keySet().stream()
                            .filter(n -> n.schema().equals(name.schema()))
                            .map(Name::name)
                            .toList());
            hint = near == null
                    ? null
                    : hint(catalog.functions()
                            .get(new Name(name.schema(), near))
                            .get(0));
        }
        return Refusal.unknownFunction(
                "Could not find the function " + full + (keys.isEmpty() ? " without parameters" : "(" + list + ")")
                        + " in the schema cache",
                "Searched for the function " + full + with
                        + (posted ? " or with a single unnamed json/jsonb parameter" : "")
                        + ", but no matches were found in the schema cache.",
                hint);
    }

    private static String hint(Function function) {
        return "Perhaps you meant to call the function " + function.name().schema() + "."
                + function.name().name()
                + function.parameters().stream()
                        .map(Function.Parameter::name)
                        .collect(Collectors.joining(", ", "(", ")"));
    }

    /** The call as a source of rows: the function's columns, or its value as {@code pgrst_scalar}. */
    Sql source() {
        Sql sql = new Sql()
                .add(function.composite() ? "select pgrst_call.* from " : "select pgrst_call.pgrst_scalar from ");
        List<Function.Parameter> given = new ArrayList<>();
        boolean fromBody = payload != null && isNamedBody(payload);
        if (fromBody && payload != null) {
            for (Function.Parameter parameter : function.parameters()) {
                if (payload.keys().contains(parameter.name())) {
                    given.add(parameter);
                }
            }
            if (!given.isEmpty()) {
                sql.add("json_to_record(").bind(payload.json()).add("::json) as pgrst_args(");
                String comma = "";
                for (Function.Parameter parameter : given) {
                    sql.add(comma).name(parameter.name()).add(" ").add(parameter.type());
                    comma = ", ";
                }
                sql.add("), lateral ");
            }
        }
        sql.add(function.name().sql()).add("(");
        if (fromBody) {
            String comma = "";
            for (Function.Parameter parameter : given) {
                addName(sql.add(comma), parameter);
                sql.add("pgrst_args.").name(parameter.name());
                comma = ", ";
            }
        } else if (payload != null || raw != null) {
            addUnnamed(sql);
        } else {
            addPairs(sql);
        }
        return sql.add(")").add(function.composite() ? " as pgrst_call" : " as pgrst_call(pgrst_scalar)");
    }

    private boolean isNamedBody(Payload body) {
        return body.kind() == Payload.Kind.OBJECT && fits(function, new LinkedHashSet<>(body.keys()));
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
                        ? ReadSql.array(values)
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
