package dev.assay.supabase.storage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A transaction under way; each statement that answers rows gives one column, a JSON object. */
final class Transaction {
    static final JsonMapper JSON = JsonMapper.builder().build();

    private final Connection connection;

    Transaction(Connection connection) {
        this.connection = connection;
    }

    /** Takes the role and the claims for what follows. */
    void speakAs(Scope scope) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                select set_config('role', ?, true), set_config('request.jwt.claim.role', ?, true),
                    set_config('request.jwt', ?, true), set_config('request.jwt.claim.sub', ?, true),
                    set_config('request.jwt.claims', ?, true), set_config('request.headers', ?, true),
                    set_config('request.method', ?, true), set_config('request.path', ?, true),
                    set_config('storage.operation', ?, true), set_config('storage.allow_delete_query', 'true', true),
                    set_config('statement_timeout', '30s', true), set_config('lock_timeout', '5s', true)
                """)) {
            fill(
                    statement,
                    scope.role(),
                    scope.role(),
                    scope.token(),
                    scope.subject().orElse(""),
                    scope.claims(),
                    scope.headers(),
                    scope.method(),
                    scope.path(),
                    scope.operation());
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
            }
        }
    }

    /** One change of an object at a time, until the transaction ends. */
    void lock(String bucket, String name) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("select pg_advisory_xact_lock(hashtextextended(?, 0))")) {
            fill(statement, bucket + "/" + name);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
            }
        }
    }

    List<ObjectNode> all(String sql, @Nullable Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            fill(statement, values);
            try (ResultSet rows = statement.executeQuery()) {
                List<ObjectNode> all = new ArrayList<>();
                while (rows.next()) {
                    all.add((ObjectNode) JSON.readTree(rows.getString(1)));
                }
                return all;
            }
        }
    }

    Optional<ObjectNode> one(String sql, @Nullable Object... values) throws SQLException {
        return all(sql, values).stream().findFirst();
    }

    /** How many rows it changed. */
    int execute(String sql, @Nullable Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            fill(statement, values);
            return statement.executeUpdate();
        }
    }

    private void fill(PreparedStatement statement, @Nullable Object... values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            Object value = values[i];
            if (value instanceof String[] texts) {
                statement.setArray(i + 1, connection.createArrayOf("text", texts));
            } else {
                statement.setObject(i + 1, value);
            }
        }
    }
}
