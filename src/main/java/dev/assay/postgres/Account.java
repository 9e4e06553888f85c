package dev.assay.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Who the server runs as. PostgreSQL refuses to run as root; there a user namespace without a mapping makes it nobody
 * that still owns root's files, and where that is not allowed it becomes {@code nobody} for real.
 *
 * @param prefix put before the server's command line
 * @param uid whom the data must belong to; empty where it stays ours
 */
record Account(List<String> prefix, Optional<Integer> uid) {
    private static final int NOBODY = 65534;
    private static final long PROBE_SECONDS = 10;

    static Account detect() throws IOException, InterruptedException {
        if (!isRoot()) {
            return new Account(List.of(), Optional.empty());
        }
        List<String> namespace = List.of("unshare", "-U");
        if (works(namespace)) {
            return new Account(namespace, Optional.empty());
        }
        return nobody();
    }

    /** Root's way out where user namespaces are not allowed, as in most containers. */
    static Account nobody() throws IOException, InterruptedException {
        String id = Integer.toString(NOBODY);
        List<String> setpriv = List.of("setpriv", "--reuid=" + id, "--regid=" + id, "--clear-groups");
        if (works(setpriv)) {
            return new Account(setpriv, Optional.of(NOBODY));
        }
        List<String> runuser = List.of("runuser", "-u", "nobody", "--");
        if (works(runuser)) {
            return new Account(runuser, Optional.of(NOBODY));
        }
        throw new PostgresUnavailable("PostgreSQL does not run as root, and none of unshare, setpriv and runuser could"
                + " start it as somebody else. Run Assay as another user, or install util-linux.");
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

    /** Makes a folder the account's own. */
    void own(Path folder) throws IOException {
        if (uid.isPresent()) {
            FileTree.chown(folder, uid.get(), uid.get());
        }
    }

    /** A folder for programs that the account can reach: {@code wanted}, unless a parent shuts it out. */
    Path reachable(Path wanted) throws IOException {
        if (uid.isEmpty()) {
            return wanted;
        }
        Files.createDirectories(wanted);
        for (Path p = wanted.toRealPath(); p != null; p = p.getParent()) {
            if (!Files.getPosixFilePermissions(p)
                    .contains(java.nio.file.attribute.PosixFilePermission.OTHERS_EXECUTE)) {
                return ownFolderUnder(
                        Path.of(System.getProperty("java.io.tmpdir")).resolve("assay-cache-root"));
            }
        }
        return wanted;
    }

    private static Path ownFolderUnder(Path folder) throws IOException {
        Files.createDirectories(folder);
        var mode = (Integer) Files.getAttribute(folder, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        var owner = Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        boolean link = Files.isSymbolicLink(folder);
        if (link || !Integer.valueOf(0).equals(owner) || (mode & 0022) != 0) {
            throw new PostgresUnavailable("The folder " + folder + " is not root's alone, so PostgreSQL's programs"
                    + " are not put there. Delete it, or run Assay as another user than root.");
        }
        return folder;
    }
}
