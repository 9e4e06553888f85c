package dev.assay.check;

import dev.assay.target.Target;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** A connection to the app's database, as service. */
final class Database {
    private Database() {}

    static Connection open(Target target) {
        try {
            return DriverManager.getConnection(target.jdbcUrl());
        } catch (SQLException e) {
            throw new CheckError("The target's database does not answer: " + e.getMessage(), e);
        }
    }
}
