package dev.assay.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What Linux says of a process in {@code /proc}; nothing on other systems, and of processes of other users. */
final class Proc {
    static final Path ROOT = Path.of("/proc");
    /** The pids in each namespace from the outer one on; at least two, the last of which is 1. */
    private static final Pattern FIRST = Pattern.compile("(?m)^NSpid:.*\\d\\s+1$");

    private Proc() {}

    static boolean present() {
        return Files.isReadable(ROOT.resolve("self/environ"));
    }

    /**
     * Whether it runs. To the JDK a zombie is alive, and where the first process of a container collects none, each orphan
     * that has ended stays one.
     */
    static boolean living(ProcessHandle process) {
        if (!process.isAlive()) {
            return false;
        }
        // The name in round brackets may contain anything; the state comes after it.
        String stat = new String(read(process.pid(), "stat"), StandardCharsets.ISO_8859_1);
        int state = stat.lastIndexOf(')') + 2;
        return state < 2 || state >= stat.length() || "ZX".indexOf(stat.charAt(state)) < 0;
    }

    /** Whether it is the first process of a pid namespace below ours, with which all in that namespace end. */
    static boolean firstOfItsNamespace(ProcessHandle process) {
        String status = new String(read(process.pid(), "status"), StandardCharsets.ISO_8859_1);
        return FIRST.matcher(status).find();
    }

    /** Its environment at its start: {@code NAME=value}, each ended by a NUL. */
    static byte[] environ(long pid) {
        return read(pid, "environ");
    }

    /** What its standard output and error are, where they are pipes. */
    static List<Path> outputPipes(long pid) {
        return Stream.of(1, 2)
                .map(descriptor -> descriptor(pid, descriptor))
                .flatMap(Optional::stream)
                .filter(target -> target.toString().startsWith("pipe:"))
                .toList();
    }

    private static Optional<Path> descriptor(long pid, int number) {
        try {
            return Optional.of(Files.readSymbolicLink(ROOT.resolve(pid + "/fd/" + number)));
        } catch (IOException e) {
            return Optional.empty(); // closed, or the process is gone or another user's
        }
    }

    private static byte[] read(long pid, String file) {
        try {
            return Files.readAllBytes(ROOT.resolve(pid + "/" + file));
        } catch (IOException e) {
            return new byte[0]; // gone meanwhile, or another user's
        }
    }
}
