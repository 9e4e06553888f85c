package dev.assay.run;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentSink;
import dev.assay.process.Output;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Watches the events of an agent that no fence keeps in, and flags each file and folder outside of the run's own that its
 * tool calls name: it may have seen the contract. Only what is there counts, as much that looks like a path is none, such
 * as {@code /rest/v1/todos}. A flag decides nothing, and that there is none proves nothing.
 */
final class Exposure implements AgentSink {
    static final String EXPOSED = "contract-exposed";

    /** More of them say nothing new. */
    private static final int MOST = 20;

    /** What everybody may look at. */
    private static final List<Path> COMMON = Stream.of(
                    "/usr",
                    "/bin",
                    "/sbin",
                    "/lib",
                    "/lib64",
                    "/opt",
                    "/etc",
                    "/dev",
                    "/run",
                    "/sys",
                    "/proc/self",
                    "/proc/cpuinfo",
                    "/proc/meminfo",
                    "/proc/version",
                    "/nix/store")
            .map(Path::of)
            .toList();

    /** What stands between the words of a command line, and around paths in them. */
    private static final Pattern BETWEEN = Pattern.compile("[\\s'\"`;|&<>()={},:]+");

    private final AgentSink sink;
    private final Path workspace;
    private final Path home;
    private final List<Path> own;
    private final Set<String> seen = new LinkedHashSet<>();

    /**
     * @param sink where all goes on to
     * @param workspace the folder that the agent works in
     * @param home the run's HOME
     * @param environment whose PATH names the tools that every run may use
     */
    Exposure(AgentSink sink, Path workspace, Path home, Environment environment) {
        this.sink = sink;
        this.workspace = workspace;
        this.home = home;
        this.own = new ArrayList<>(COMMON);
        own.add(workspace);
        own.add(home);
        for (String folder : environment.path().split(":", -1)) {
            if (folder.startsWith("/")) {
                own.add(Path.of(folder));
            }
        }
    }

    /** What was flagged, as warnings. */
    synchronized List<String> seen() {
        return seen.stream().map(words -> EXPOSED + ": " + words).toList();
    }

    @Override
    public long line(Output.Stream stream, byte[] line) {
        return sink.line(stream, line);
    }

    @Override
    public void event(long seq, int part, AgentEvent event) {
        sink.event(seq, part, event);
        watch(event);
    }

    @Override
    public void notice(AgentEvent event) {
        sink.notice(event);
        watch(event);
    }

    private void watch(AgentEvent event) {
        if (event instanceof AgentEvent.ToolStarted call) {
            outside(call).ifPresent(path -> flag(call.name() + " of " + path + ", which is outside of the workspace"));
        }
    }

    private synchronized void flag(String words) {
        if (seen.size() < MOST && seen.add(words)) {
            sink.notice(new AgentEvent.Warning(EXPOSED, words));
        }
    }

    private Optional<Path> outside(AgentEvent.ToolStarted call) {
        Stream<String> named = call.path() == null ? Stream.empty() : Stream.of(call.path());
        Stream<String> spoken = call.command() == null
                ? Stream.empty()
                : BETWEEN.splitAsStream(call.command())
                        .filter(word -> word.startsWith("/") || word.startsWith("~") || word.contains(".."));
        return Stream.concat(named, spoken)
                .map(this::path)
                .flatMap(Optional::stream)
                .filter(path -> own.stream().noneMatch(path::startsWith))
                .filter(path -> path.getNameCount() > 0 && Files.exists(path))
                .findFirst();
    }

    private Optional<Path> path(String word) {
        try {
            // In a glob the part before the first wildcard says where it looks.
            String plain = word.replaceFirst("/?[^/]*[*?\\[].*$", "");
            return Optional.of((plain.equals("~") || plain.startsWith("~/")
                            ? home.resolve(plain.substring(Math.min(2, plain.length())))
                            : workspace.resolve(plain))
                    .normalize());
        } catch (InvalidPathException e) {
            return Optional.empty(); // no file has such a name
        }
    }
}
