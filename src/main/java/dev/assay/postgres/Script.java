package dev.assay.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The shell scripts that outlive the JVM, run in a session of their own. */
final class Script {
    private Script() {}

    /**
     * A script ready to start.
     *
     * @param name a resource of this package
     * @param variables what it needs, passed in the environment
     */
    static ProcessBuilder command(String name, Map<String, String> variables) throws IOException {
        String text;
        try (InputStream in = Script.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("the script " + name + " is not on the class path");
            }
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        List<String> line = new ArrayList<>(List.of("setsid", "sh", "-c", text));
        ProcessBuilder builder = new ProcessBuilder(line);
        // the JVM's own variables may hold keys, which have no business in a script that stays
        String path = System.getenv("PATH");
        builder.environment().clear();
        builder.environment().put("PATH", path == null ? "/usr/bin:/bin" : path);
        builder.environment().putAll(variables);
        return builder;
    }
}
