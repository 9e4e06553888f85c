package dev.assay.supabase.rest;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A function that can be called by name.
 *
 * @param parameters those that take a value
 * @param set whether it returns many rows
 * @param writes whether it is volatile
 * @param returnType the name of the type
 * @param composite whether it returns rows of columns
 * @param returnTable oid of the table whose rows it returns; 0 for none
 * @param argumentTable oid of the table whose row is its only argument; 0 for none
 * @param oneRow whether it is declared to return a single row
 * @param settings of its own that must hold before it is called, as a timeout
 * @param comment what its owner says of it, or {@code null}
 */
record Function(
        Name name,
        List<Parameter> parameters,
        boolean set,
        boolean writes,
        String returnType,
        boolean composite,
        long returnTable,
        long argumentTable,
        boolean oneRow,
        Map<String, String> settings,
        @Nullable String comment) {

    private static final Set<String> BODIES = Set.of("bytea", "json", "jsonb", "text", "xml");

    boolean isVoid() {
        return returnType.equals("void");
    }

    /** Whether a request can call it: by the names of its parameters, or with its body as the only, unnamed one. */
    boolean isCallable() {
        long unnamed = parameters.stream().filter(p -> p.name().isEmpty()).count();
        return unnamed == 0
                || (unnamed == 1
                        && parameters.size() == 1
                        && BODIES.contains(parameters.get(0).type()));
    }

    /** Whether it returns rows of columns that only a call tells. */
    boolean isRecord() {
        return returnType.equals("record") && !composite;
    }

    /** The only parameter, when it has no name. */
    @Nullable
    Parameter unnamed() {
        return parameters.size() == 1 && parameters.get(0).name().isEmpty() ? parameters.get(0) : null;
    }

    boolean takes(String argument) {
        return parameter(argument) != null;
    }

    @Nullable
    Parameter parameter(String argument) {
        for (Parameter parameter : parameters) {
            if (parameter.name().equals(argument)) {
                return parameter;
            }
        }
        return null;
    }

    /**
     * @param type as SQL; of a variadic one, the array
     */
    record Parameter(String name, String type, boolean required, boolean variadic) {}
}
