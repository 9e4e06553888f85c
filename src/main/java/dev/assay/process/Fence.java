package dev.assay.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a process sees of the machine: the system's own folders, read-only, and the paths that are declared here; nothing
 * of the user's files, of other processes or of this one's environment. Made by {@link Bubblewrap}; {@link #NONE} hides
 * nothing.
 *
 * <p>Where declared paths lie within each other the innermost counts, and of the same path the most that was said. A
 * process has pids, IPC and a host name of its own, no capabilities even as root, no terminal, and a {@code /tmp} in
 * memory that ends with it. The network is not fenced: what listens on this machine can be reached, abstract sockets too.
 *
 * @param bubblewrap the program {@code bwrap}; empty for {@link #NONE}
 * @param bounded whether it can bound {@code /tmp}, as it can from 0.7 on
 * @param hidden folders that stay out of sight even where they lie within the system's
 * @param readable files and folders that can be read; those that do not exist are left out
 * @param writable folders that can be written, which must exist when a process starts
 */
public record Fence(
        Optional<Path> bubblewrap, boolean bounded, List<Path> hidden, List<Path> readable, List<Path> writable) {
    /** No fence: a process sees all that its user does. */
    public static final Fence NONE = new Fence(Optional.empty(), false, List.of(), List.of(), List.of());

    /** Most of what a runaway may put into {@code /tmp}, which is memory: 1 GiB. */
    private static final String TEMPORARY = String.valueOf(1L << 30);

    /** Folders with the system's programs; on many systems all but the first are links into it. */
    private static final List<Path> SYSTEM = Stream.of(
                    "/usr",
                    "/bin",
                    "/sbin",
                    "/lib",
                    "/lib32",
                    "/lib64",
                    "/libx32",
                    "/opt",
                    "/nix/store",
                    "/run/current-system")
            .map(Path::of)
            .toList();

    /** Of {@code /etc} what programs need and everyone may know: root would see its secrets too. */
    private static final List<Path> CONFIGURATION = Stream.of(
                    "alternatives",
                    "bash.bashrc",
                    "ca-certificates",
                    "ca-certificates.conf",
                    "crypto-policies",
                    "debian_version",
                    "fonts",
                    "gai.conf",
                    "group",
                    "host.conf",
                    "hostname",
                    "hosts",
                    "inputrc",
                    "ld.so.cache",
                    "ld.so.conf",
                    "ld.so.conf.d",
                    "locale.alias",
                    "localtime",
                    "magic",
                    "mime.types",
                    "nsswitch.conf",
                    "os-release",
                    "passwd",
                    "pki",
                    "profile",
                    "profile.d",
                    "protocols",
                    "resolv.conf",
                    "services",
                    "shells",
                    "ssl",
                    "terminfo",
                    "timezone")
            .map(Path.of("/etc")::resolve)
            .toList();

    private enum Sight {
        HIDDEN,
        READABLE,
        WRITABLE
    }

    public Fence {
        hidden = List.copyOf(hidden);
        readable = List.copyOf(readable);
        writable = List.copyOf(writable);
    }

    /** Whether there is one. */
    public boolean stands() {
        return bubblewrap.isPresent();
    }

    /**
     * As this one, with folders out of sight wherever they lie, but for what is declared within them. A folder that holds
     * the system's own, such as {@code /}, cannot be hidden.
     */
    public Fence hiding(Path... folders) {
        if (!stands()) {
            return this;
        }
        List<Path> more = with(hidden, folders).stream()
                .filter(folder -> Stream.concat(SYSTEM.stream(), CONFIGURATION.stream())
                        .noneMatch(system -> system.startsWith(folder)))
                .toList();
        return new Fence(bubblewrap, bounded, more, readable, writable);
    }

    /** As this one, with files and folders that can be read. */
    public Fence showing(Path... paths) {
        return stands() ? new Fence(bubblewrap, bounded, hidden, with(readable, paths), writable) : this;
    }

    /**
     * As this one, with a program that can be run from where it is: where it is a link, with the file that it leads to,
     * and where that belongs to a package of npm's, with all the packages that it may load.
     */
    public Fence running(Path program) {
        if (!stands()) {
            return this;
        }
        try {
            Path real = program.toRealPath();
            Path packages = real;
            for (Path folder = real.getParent(); folder != null; folder = folder.getParent()) {
                if (folder.endsWith("node_modules")) {
                    packages = folder;
                }
            }
            return showing(program, packages);
        } catch (IOException e) {
            return this; // there is no such program: its start says so
        }
    }

    /** As this one, with folders that can be read and written. */
    public Fence lending(Path... folders) {
        return stands() ? new Fence(bubblewrap, bounded, hidden, readable, with(writable, folders)) : this;
    }

    private static List<Path> with(List<Path> paths, Path... more) {
        return Stream.concat(
                        paths.stream(),
                        Arrays.stream(more).map(path -> path.toAbsolutePath().normalize()))
                .distinct()
                .toList();
    }

    /** Whether a process inside sees that path. */
    public boolean shows(Path path) {
        return !stands() || sight(path.toAbsolutePath().normalize()) != Sight.HIDDEN;
    }

    private Sight sight(Path path) {
        Sight sight = Stream.concat(SYSTEM.stream(), CONFIGURATION.stream()).anyMatch(path::startsWith)
                ? Sight.READABLE
                : Sight.HIDDEN;
        for (Map.Entry<Path, Sight> declared : declared().entrySet()) {
            if (path.startsWith(declared.getKey())) {
                sight = declared.getValue();
            }
        }
        return sight;
    }

    private Sight sightOfParent(Path path) {
        Path parent = path.getParent();
        return parent == null ? Sight.HIDDEN : sight(parent);
    }

    /** All that is declared, what encloses another before it. */
    private Map<Path, Sight> declared() {
        Map<Path, Sight> declared = new TreeMap<>();
        hidden.forEach(path -> declared.put(path, Sight.HIDDEN));
        readable.forEach(path -> declared.put(path, Sight.READABLE));
        writable.forEach(path -> declared.put(path, Sight.WRITABLE));
        return declared;
    }

    /** The command line that runs a line inside. */
    List<String> around(List<String> line, Path directory) {
        if (bubblewrap.isEmpty()) {
            return line;
        }
        List<String> around = new ArrayList<>();
        around.add(bubblewrap.get().toString());
        // Without --die-with-parent, which means the thread that started it; the cookie finds what is left behind.
        around.addAll(List.of("--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts"));
        around.addAll(List.of("--unshare-cgroup-try", "--cap-drop", "ALL", "--new-session"));
        around.addAll(List.of("--hostname", "assay"));
        SYSTEM.forEach(folder -> system(folder, around));
        CONFIGURATION.forEach(path -> around.addAll(List.of("--ro-bind-try", path.toString(), path.toString())));
        around.addAll(List.of("--proc", "/proc", "--dev", "/dev", "--dir", "/run", "--dir", "/var"));
        if (bounded) {
            around.addAll(List.of("--size", TEMPORARY));
        }
        around.addAll(List.of("--tmpfs", "/tmp", "--symlink", "/tmp", "/var/tmp"));
        List<String> sealed = new ArrayList<>();
        declared().forEach((path, sight) -> {
            String name = path.toString();
            switch (sight) {
                case WRITABLE -> around.addAll(List.of("--bind", name, name));
                case READABLE -> around.addAll(readable(path, sightOfParent(path)));
                case HIDDEN -> {
                    // What lies in nothing that is shown is not there anyway.
                    if (Files.isDirectory(path) && sightOfParent(path) != Sight.HIDDEN) {
                        around.addAll(List.of("--tmpfs", name));
                        sealed.addAll(List.of("--remount-ro", name));
                    }
                }
            }
        });
        around.addAll(sealed);
        // What is not shown cannot be written either: a write that seems to succeed would mislead.
        around.addAll(List.of("--remount-ro", "/", "--chdir", directory.toString(), "--"));
        around.addAll(line);
        return around;
    }

    private List<String> readable(Path path, Sight around) {
        String name = path.toString();
        boolean link = Files.isSymbolicLink(path);
        if (around == Sight.READABLE || (around == Sight.WRITABLE && link)) {
            return List.of();
        }
        if (link) {
            try {
                Path real = path.toRealPath();
                // A program finds what lies beside it by the way that the link leads.
                if (shows(real)) {
                    return List.of("--symlink", real.toString(), name);
                }
            } catch (IOException e) {
                return List.of(); // it leads nowhere
            }
        }
        return List.of("--ro-bind-try", name, name);
    }

    private static void system(Path folder, List<String> around) {
        String name = folder.toString();
        try {
            around.addAll(
                    Files.isSymbolicLink(folder)
                            ? List.of(
                                    "--symlink", Files.readSymbolicLink(folder).toString(), name)
                            : List.of("--ro-bind-try", name, name));
        } catch (IOException e) {
            around.addAll(List.of("--ro-bind-try", name, name)); // no link any more
        }
    }
}
