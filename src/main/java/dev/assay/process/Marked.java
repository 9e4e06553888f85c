package dev.assay.process;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Processes that a library starts by itself, out of this JVM's hands: whatever gets {@link #environment()} is known by
 * it, with all its descendants, and stopped at the latest with the supervisor, also when the JVM is killed. Where there
 * is no {@code /proc} (macOS) they are not found.
 */
public final class Marked {
    private static final long GRACE = TimeUnit.SECONDS.toNanos(3);

    private final Cookie cookie;

    Marked(Cookie cookie) {
        this.cookie = cookie;
    }

    /** What the library has to put into the environment of the processes that it starts. */
    public Map<String, String> environment() {
        return Map.of(Cookie.NAME, cookie.value());
    }

    /** Kills all of them, those too that come while it kills, for three seconds at most. */
    public void kill() {
        Patience patience = new Patience();
        long deadline = System.nanoTime() + GRACE;
        patience.until(
                () -> {
                    List<ProcessHandle> bearers = cookie.bearers();
                    bearers.forEach(ProcessHandle::destroyForcibly);
                    return bearers.isEmpty();
                },
                deadline);
        patience.restore();
    }
}
