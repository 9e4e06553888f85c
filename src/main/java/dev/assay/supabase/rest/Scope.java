package dev.assay.supabase.rest;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a query string says about the rows of one resource, the requested one or an embedded one.
 *
 * @param limit at most so many rows, or {@code null}
 * @param offset so many rows are left out; 0 or more
 */
record Scope(
        List<Condition> conditions,
        List<Order> orders,
        @Nullable Long limit,
        long offset) {
    static final Scope EMPTY = new Scope(List.of(), List.of(), null, 0);

    Scope with(Condition condition) {
        List<Condition> more = new ArrayList<>(conditions);
        more.add(condition);
        return new Scope(List.copyOf(more), orders, limit, offset);
    }

    Scope ordered(List<Order> by) {
        return new Scope(conditions, by, limit, offset);
    }

    Scope limited(@Nullable Long to) {
        return new Scope(conditions, orders, to, offset);
    }

    Scope from(long first) {
        return new Scope(conditions, orders, limit, first);
    }

    /** The same with no more rows than {@code most}. */
    Scope atMost(@Nullable Long most) {
        if (most == null || (limit != null && limit <= most)) {
            return this;
        }
        return limited(most);
    }
}
