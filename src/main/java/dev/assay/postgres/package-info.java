/**
 * An embedded PostgreSQL: the binaries from Maven Central, unpacked once, and clusters made from them.
 *
 * <p>Two doors: {@link dev.assay.postgres.PostgresCluster}, thrown away when it is closed, and
 * {@link dev.assay.postgres.SharedCluster}, kept between commands and shared by processes. Neither outlives its users:
 * scripts outside the JVM see to that even after {@code kill -9}. The room must not know what is kept in a database.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.postgres;
