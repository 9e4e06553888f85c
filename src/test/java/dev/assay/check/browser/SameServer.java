package dev.assay.check.browser;

import dev.assay.target.Target;
import dev.assay.target.TargetKind;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A target whose API is answered by the app's own server. */
record SameServer(int port, Path project) implements Target {
    @Override
    public TargetKind kind() {
        return TargetKind.EMBEDDED;
    }

    @Override
    public URI apiUrl() {
        return URI.create("http://127.0.0.1:" + port);
    }

    @Override
    public String anonKey() {
        return "anon";
    }

    @Override
    public String serviceKey() {
        return "service";
    }

    @Override
    public String jdbcUrl() {
        return "jdbc:none";
    }

    @Override
    public Map<String, String> publicEnvironment() {
        return Map.of();
    }

    @Override
    public Applied applyMigrations() {
        return Applied.NOTHING;
    }

    @Override
    public Applied deployFunctions() {
        return Applied.NOTHING;
    }

    @Override
    public Applied reset() {
        return Applied.NOTHING;
    }

    @Override
    public void save(Path folder) {}

    @Override
    public List<String> restore(Path folder) {
        return List.of();
    }

    @Override
    public Optional<String> trouble() {
        return Optional.empty();
    }

    @Override
    public String catalogDigest() {
        return "";
    }

    @Override
    public void close() {
        // the app's server ends with the app
    }
}
