package dev.assay.supabase.storage;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import javax.sql.DataSource;

/** Transactions of the project's database, each under the role and claims that it speaks for. */
final class StorageDatabase {
    private final DataSource connections;

    /**
     * @param connections as {@code supabase_storage_admin}
     */
    StorageDatabase(DataSource connections) {
        this.connections = connections;
    }

    /** What is done in a transaction. */
    @FunctionalInterface
    interface Work<T> {
        T run(Transaction transaction) throws SQLException;
    }

    /** Does the work and keeps it. */
    <T> T run(Scope scope, Work<T> work) {
        return transaction(scope, work, true);
    }

    /** Does the work and undoes it: a right is asked for by using it. */
    <T> T probe(Scope scope, Work<T> work) {
        return transaction(scope, work, false);
    }

    private <T> T transaction(Scope scope, Work<T> work, boolean keep) {
        try (Connection connection = connections.getConnection()) {
            connection.setAutoCommit(false);
            boolean done = false;
            try {
                Transaction transaction = new Transaction(connection);
                transaction.speakAs(scope);
                T result = work.run(transaction);
                if (keep) {
                    connection.commit();
                } else {
                    connection.rollback();
                }
                done = true;
                return result;
            } finally {
                if (!done) {
                    connection.rollback();
                }
            }
        } catch (SQLTransientConnectionException e) {
            throw StorageError.of(new SQLException(e.getMessage(), "08001", e));
        } catch (SQLException e) {
            throw StorageError.of(e);
        }
    }
}
