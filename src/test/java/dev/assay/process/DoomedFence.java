package dev.assay.process;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** A JVM that starts a fenced process, with a daemon inside that has dropped its cookie, and waits for its own death. */
final class DoomedFence {
    private DoomedFence() {}

    public static void main(String[] arguments) throws InterruptedException {
        Supervisor supervisor = Supervisor.open();
        String path = System.getenv("PATH");
        CountDownLatch ready = new CountDownLatch(1);
        supervisor.start(
                Command.shell(
                                "env -i setsid sleep " + arguments[0] + " & echo ready; sleep " + arguments[0],
                                Path.of("/"),
                                Map.of("PATH", path),
                                Command.Timers.NONE)
                        .within(Bubblewrap.look(supervisor, path).fence()),
                (stream, line) -> ready.countDown());
        ready.await();
        System.out.println("ready");
        new CountDownLatch(1).await();
    }
}
