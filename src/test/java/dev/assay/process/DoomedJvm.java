package dev.assay.process;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** A JVM that starts processes, prints their pids and "ready", and waits to be killed. Arguments: to remove, to keep. */
final class DoomedJvm {
    private DoomedJvm() {}

    public static void main(String[] arguments) throws InterruptedException {
        Supervisor supervisor = Supervisor.open();
        supervisor.removeOnDeath(Path.of(arguments[0]));
        supervisor.removeOnDeath(Path.of(arguments[1]));
        supervisor.keep(Path.of(arguments[1]));
        CountDownLatch pids = new CountDownLatch(2);
        supervisor.start(
                Command.shell(
                        "trap '' TERM; (setsid sh -c 'echo $$; exec sleep 300' &); echo $$; sleep 300; sleep 300",
                        Path.of("/"),
                        Map.of("PATH", System.getenv("PATH")),
                        Command.Timers.NONE),
                (stream, line) -> {
                    System.out.println(new String(line, java.nio.charset.StandardCharsets.UTF_8));
                    pids.countDown();
                });
        pids.await();
        System.out.println("ready");
        new CountDownLatch(1).await();
    }
}
