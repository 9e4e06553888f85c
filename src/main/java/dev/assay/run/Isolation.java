package dev.assay.run;

import dev.assay.process.Bubblewrap;
import dev.assay.process.Fence;
import dev.assay.process.Supervisor;
import dev.assay.settings.UsageError;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Whether agents, apps and functions are fenced in: where bubblewrap works, unless that is switched off. It is tried out
 * once, when the first run asks. Safe for use by several threads.
 */
public final class Isolation {
    private final Wish wish;
    private final Supervisor supervisor;
    private final String searchPath;
    private final List<Path> hidden;
    private Optional<Bubblewrap> tried = Optional.empty();

    /** The option {@code isolation}. */
    public enum Wish {
        /** Where bubblewrap works; else the run is marked. */
        AUTO,
        /** Or not at all. */
        ON,
        OFF;

        /** @throws UsageError for anything but auto, on and off */
        public static Wish parse(String text) {
            return switch (text) {
                case "auto" -> AUTO;
                case "on" -> ON;
                case "off" -> OFF;
                default -> throw new UsageError("Option 'isolation' must be auto, on or off, found '" + text + "'.");
            };
        }
    }

    /**
     * @param searchPath PATH on which bubblewrap is looked for
     * @param hidden what no agent may see wherever it lies: the harness's own tree and data
     */
    public Isolation(Wish wish, Supervisor supervisor, String searchPath, List<Path> hidden) {
        this.wish = wish;
        this.supervisor = supervisor;
        this.searchPath = searchPath;
        this.hidden = List.copyOf(hidden);
    }

    /**
     * The fence with nothing declared but what is hidden; {@link Fence#NONE} where there is none.
     *
     * @throws UsageError where isolation was asked for and does not work
     */
    public Fence fence() throws InterruptedException {
        if (wish == Wish.OFF) {
            return Fence.NONE;
        }
        Bubblewrap bubblewrap = bubblewrap();
        if (wish == Wish.ON && !bubblewrap.works()) {
            throw new UsageError("Isolation is on, but " + bubblewrap.why()
                    + " Or leave isolation at auto: the run is then " + "marked unisolated.");
        }
        return bubblewrap.fence().hiding(hidden.toArray(Path[]::new));
    }

    /** Why runs are not isolated; empty where they are. */
    public Optional<String> missing() throws InterruptedException {
        if (fence().stands()) {
            return Optional.empty();
        }
        return Optional.of(wish == Wish.OFF ? "isolation is off" : bubblewrap().why());
    }

    private synchronized Bubblewrap bubblewrap() throws InterruptedException {
        if (tried.isEmpty()) {
            tried = Optional.of(Bubblewrap.look(supervisor, searchPath));
        }
        return tried.get();
    }
}
