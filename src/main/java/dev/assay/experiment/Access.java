package dev.assay.experiment;

import java.util.Map;
import java.util.Optional;

/**
 * Who may do what with the rows of a table. The checks expand it to a role × operation matrix.
 *
 * <p>The short names of the file: {@code owner} is {@link Owner} (only the owner reads and writes), {@code public-read}
 * is {@link PublicRead} (everyone reads, the owner writes), {@code none} is {@link None} (nobody but service).
 */
public sealed interface Access {
    /** Only a row's owner reads, inserts, updates and deletes it. */
    record Owner() implements Access {}

    /** Everyone reads; only the owner inserts, updates and deletes. */
    record PublicRead() implements Access {}

    /** Nobody but service. */
    record None() implements Access {}

    /** Operation by operation. */
    record Spelled(Who read, Who insert, Who update, Who delete) implements Access {}

    /**
     * By membership: a table that says which user belongs to which group with which role.
     *
     * @param table pattern of the membership table's name
     * @param group pattern of its column that names the group
     * @param user pattern of its column that names the user
     * @param role pattern of its column that names the member's role
     * @param allowed what each role may do; the roles {@code outsider} and those of the file
     */
    record Via(
            String table,
            String group,
            String user,
            Optional<String> role,
            Map<String, java.util.Set<Operation>> allowed)
            implements Access {}

    /** Who an operation is open to. */
    enum Who {
        ANYONE,
        SIGNED_IN,
        SELF,
        OWNER,
        NOBODY
    }

    /** What can be done with a row over REST. */
    enum Operation {
        SELECT,
        INSERT,
        UPDATE,
        DELETE
    }
}
