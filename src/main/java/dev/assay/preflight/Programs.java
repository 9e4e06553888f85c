package dev.assay.preflight;

import dev.assay.process.Captured;
import dev.assay.process.Command;
import dev.assay.process.ProgramNotFound;
import dev.assay.process.Supervisor;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Programs of the machine, found on the PATH and asked for their version. */
final class Programs {
    private static final Pattern VERSION = Pattern.compile("\\d+(?:\\.\\d+)+");
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Supervisor supervisor;
    private final String searchPath;

    Programs(Supervisor supervisor, String searchPath) {
        this.supervisor = supervisor;
        this.searchPath = searchPath;
    }

    /** The first of that name; empty where there is none that answers. */
    Optional<Item> look(String name, String program, String question) throws InterruptedException {
        for (String folder : searchPath.split(File.pathSeparator, -1)) {
            Path candidate = Path.of(folder, program);
            if (candidate.isAbsolute() && Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
                Optional<String> version = version(candidate, question);
                if (version.isPresent()) {
                    return Optional.of(Item.ready(name, version.get(), candidate.toString()));
                }
            }
        }
        return Optional.empty();
    }

    private Optional<String> version(Path program, String question) throws InterruptedException {
        try {
            Captured answer = supervisor.capture(new Command(
                    List.of(program.toString(), question),
                    Path.of("/"),
                    Map.of("PATH", searchPath),
                    new byte[0],
                    Command.Timers.wall(LIMIT)));
            Matcher version = VERSION.matcher(answer.out() + answer.err());
            return answer.succeeded() && version.find() ? Optional.of(version.group()) : Optional.empty();
        } catch (ProgramNotFound e) {
            return Optional.empty(); // it is there, and does not run: as good as none
        }
    }
}
