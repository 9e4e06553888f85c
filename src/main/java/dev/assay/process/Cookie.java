package dev.assay.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A mark in the environment of a process, which all its descendants inherit, daemons too: the way to find those that are
 * nobody's children any more. The value is {@code <of the JVM>.<number of the process>}.
 *
 * <p>Where there is no {@code /proc} (macOS) nothing is found.
 */
record Cookie(String value) {
    static final String NAME = "ASSAY_COOKIE";

    /** All living processes that carry it, with their children that have overwritten their environment (Chromium's do). */
    List<ProcessHandle> bearers() {
        List<ProcessHandle> found = new ArrayList<>();
        byte[] wanted = (NAME + "=" + value).getBytes(StandardCharsets.US_ASCII);
        // A value that ends with a dot is the JVM's part: any process of this JVM is meant.
        boolean prefix = value.endsWith(".");
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(Proc.ROOT, "[0-9]*")) {
            for (Path entry : entries) {
                long pid = Long.parseLong(entry.getFileName().toString());
                if (contains(Proc.environ(pid), wanted, prefix)) {
                    ProcessHandle.of(pid).filter(Proc::living).ifPresent(found::add);
                }
            }
        } catch (IOException e) {
            return found; // no /proc: the descendants that the JDK knows have to do
        }
        if (!found.isEmpty()) {
            for (ProcessHandle bearer : List.copyOf(found)) {
                bearer.descendants()
                        .filter(child -> !found.contains(child) && Proc.living(child))
                        .forEach(found::add);
            }
            found.remove(ProcessHandle.current());
        }
        return found;
    }

    private static boolean contains(byte[] environ, byte[] wanted, boolean prefix) {
        int start = 0;
        while (start + wanted.length <= environ.length) {
            int end = start;
            while (end < environ.length && environ[end] != 0) {
                end++;
            }
            boolean longEnough = prefix ? end - start >= wanted.length : end - start == wanted.length;
            if (longEnough && matches(environ, start, wanted)) {
                return true;
            }
            start = end + 1;
        }
        return false;
    }

    private static boolean matches(byte[] environ, int at, byte[] wanted) {
        for (int i = 0; i < wanted.length; i++) {
            if (environ[at + i] != wanted[i]) {
                return false;
            }
        }
        return true;
    }
}
