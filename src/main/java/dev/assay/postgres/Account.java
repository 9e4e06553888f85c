package dev.assay.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/**
 * Who the server runs as. PostgreSQL refuses to run as root; there a user namespace without a mapping makes it nobody
 * that still owns root's files, and where that is not allowed it becomes {@code nobody} for real. Needs Linux with
 * util-linux or BusyBox.
 *
 * @param prefix put before the server's command line
 * @param uid whom the data must belong to; empty where we cannot give it away
 */
record Account(List<String> prefix, OptionalInt uid) {
    private static final int NOBODY = 65534;
    private static final long PROBE_SECONDS = 10;

    static Account detect() throws IOException, InterruptedException {
        if (!isRoot()) {
            return new Account(List.of(), OptionalInt.empty());
        }
        List<String> namespace = List.of("unshare", "-U");
        if (works(namespace)) {
            return new Account(namespace, OptionalInt.of(0));
        }
        return nobody();
    }

    /**
     * Root's way out where user namespaces are not allowed, as in most containers. The one capability lets it through
     * folders that only root may enter, such as root's own home with the cache in it.
     */
    static Account nobody() throws InterruptedException {
        List<String> setpriv = List.of(
                "setpriv",
                "--reuid=" + NOBODY,
                "--regid=" + NOBODY,
                "--clear-groups",
                // else access(2), by which PostgreSQL finds its programs, does not count the capability
                "--securebits=+no_setuid_fixup",
                "--inh-caps=+dac_override",
                "--ambient-caps=+dac_override");
        if (works(setpriv)) {
            return new Account(setpriv, OptionalInt.of(NOBODY));
        }
        throw new PostgresUnavailable("PostgreSQL does not run as root, and neither unshare nor setpriv could start it"
                + " as somebody else. Run Assay as another user, or install util-linux 2.33 or later.");
    }

    static boolean isRoot() throws IOException {
        return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    }

    private static boolean works(List<String> prefix) throws InterruptedException {
        List<String> line = new ArrayList<>(prefix);
        line.add("true");
        Process process;
        try {
            process = new ProcessBuilder(line)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            return false; // no such program here: the next one is tried
        }
        try {
            return process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
        } finally {
            process.destroyForcibly();
        }
    }

    /** The command line that runs as this account, in a session of its own so that no Ctrl-C reaches it. */
    List<String> line(List<String> command) {
        List<String> line = new ArrayList<>(List.of("setsid"));
        line.addAll(prefix);
        line.addAll(command);
        return line;
    }

    /** Makes a folder, with all that is in it, the account's own. */
    void own(Path folder) throws IOException {
        if (uid.isPresent() && !Integer.valueOf(uid.getAsInt()).equals(Files.getAttribute(folder, "unix:uid"))) {
            FileTree.chown(folder, uid.getAsInt(), uid.getAsInt());
        }
    }
}
