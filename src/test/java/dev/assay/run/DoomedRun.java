package dev.assay.run;

import dev.assay.agent.AgentRequest;
import dev.assay.agent.Phase;
import dev.assay.check.LayerKind;
import dev.assay.store.LogDatabase;
import dev.assay.store.RunStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;

/**
 * A run in a JVM of its own that comes to a halt at a point of its way, says "here", and waits to be killed. Arguments: its
 * folder, the point, the log database's URL.
 *
 * <p>The run has two steps, of which the first takes two attempts, and a smoke stage that takes a fix.
 */
final class DoomedRun {
    /** The point within a call, when half of its work is done. */
    static final String HALFWAY = "halfway implement b 1";

    private DoomedRun() {}

    public static void main(String[] arguments) throws InterruptedException {
        Path folder = Path.of(arguments[0]);
        String point = arguments[1];
        try (LogDatabase database = LogDatabase.at(arguments[2]);
                RunStore store = new RunStore(database, System.err, Clock.systemUTC());
                ScriptedRun run = scripted(folder)) {
            run.listeners.add(store);
            run.listeners.add(new Halt(point));
            run.otherwise(script -> request -> {
                if (point.equals(HALFWAY) && HALFWAY.equals("halfway " + name(request))) {
                    write(request.workspace().resolve("work.txt"), "half of it");
                    halt();
                }
                return script.apply(request);
            });
            run.run();
        }
        System.out.println("the run came to its end without " + point);
    }

    /** The run; calls that come to their end are kept in a file. */
    static ScriptedRun scripted(Path folder) {
        ScriptedRun run = new ScriptedRun(folder);
        run.agent(DoomedRun::answer);
        run.layer(
                LayerKind.SMOKE,
                (subject, checks) -> checks.check("page", "page", probe -> {
                    boolean fixed = Files.readString(subject.workspace().resolve("work.txt"))
                            .startsWith("fix");
                    probe.expect(fixed, "the page is blank", "a page", "nothing");
                }));
        run.whenOver(call -> write(folder.resolve("over"), call + "\n"));
        return run;
    }

    private static Object answer(AgentRequest request) {
        if (request.phase() == Phase.PLAN) {
            return ScriptedRun.plan(ScriptedRun.step("a"), ScriptedRun.step("b"));
        }
        return name(request).equals("verify a 1") ? ScriptedRun.RETRY : ScriptedRun.worksWell(request);
    }

    private static String name(AgentRequest request) {
        return request.phase().id() + request.stepId().map(id -> " " + id).orElse("") + " " + request.attempt();
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void halt() {
        System.out.println("here");
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Halts when the listeners are told of something for the first time. */
    private record Halt(String point) implements RunListener {
        @Override
        public void runStarted(RunInfo run) {
            at("runStarted");
        }

        @Override
        public void planAccepted(RunInfo run, Plan plan) {
            at("planAccepted");
        }

        @Override
        public void stageStarted(RunInfo run, Node node) {
            at("started " + place(run, node));
        }

        @Override
        public void stageFinished(RunInfo run, Node node, StageResult result) {
            at("finished " + place(run, node));
        }

        @Override
        public void attemptStarted(RunInfo run, Attempt attempt) {
            at("begins " + call(attempt));
        }

        @Override
        public void attemptFinished(RunInfo run, Attempt attempt, AttemptResult result) {
            at("ends " + call(attempt));
        }

        private static String place(RunInfo run, Node node) {
            return node.uniqueId().substring(run.uniqueId().length() + 1).replaceAll("\\[\\w+:([^]]*)]", "$1");
        }

        private static String call(Attempt attempt) {
            return attempt.phase().id() + attempt.stepId().map(id -> " " + id).orElse("") + " " + attempt.number();
        }

        private void at(String here) {
            if (here.equals(point)) {
                halt();
            }
        }
    }
}
