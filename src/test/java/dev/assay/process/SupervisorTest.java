package dev.assay.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.assay.process.Command.Timers;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SupervisorTest {
    private static final Map<String, String> PATH = Map.of("PATH", "/usr/local/bin:/usr/bin:/bin");

    @TempDir
    Path folder;

    private final Supervisor supervisor = Supervisor.open();

    @AfterEach
    void close() {
        supervisor.close();
    }

    @Nested
    class A_process {
        @Test
        void should_say_which_program_is_missing_and_where_it_was_looked_for() {
            Command command = command(Timers.NONE, "no-such-program", "secret");

            assertThatThrownBy(() -> supervisor.run(command, Output.IGNORED))
                    .isInstanceOf(ProgramNotFound.class)
                    .hasMessageContaining("'no-such-program'")
                    .hasMessageContaining("/usr/local/bin:/usr/bin:/bin")
                    .hasMessageNotContaining("secret");
        }

        @Test
        void should_say_that_a_program_may_not_be_executed() throws Exception {
            Path file = Files.writeString(folder.resolve("plain.txt"), "no program");

            assertThatThrownBy(() -> supervisor.run(command(Timers.NONE, file.toString()), Output.IGNORED))
                    .isInstanceOf(ProgramNotFound.class)
                    .hasMessageContaining("may not be executed");
        }

        @Test
        void should_say_that_its_arguments_are_too_long() {
            assertThatThrownBy(() -> supervisor.run(command(Timers.NONE, "echo", "x".repeat(200_000)), Output.IGNORED))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("128 KiB")
                    .hasMessageContaining("standard input");
        }

        @Test
        void should_say_that_its_directory_is_missing() {
            Command command = Command.shell("true", folder.resolve("gone"), PATH, Timers.NONE);

            assertThatThrownBy(() -> supervisor.run(command, Output.IGNORED))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("gone does not exist");
        }

        @Test
        void should_be_found_on_the_path_of_the_command_not_of_this_jvm() throws Exception {
            Path program = Files.writeString(folder.resolve("only-here"), "#!/bin/sh\necho found\n");
            assertThat(program.toFile().setExecutable(true)).isTrue();
            Command command = new Command(
                    List.of("only-here"), folder, Map.of("PATH", folder.toString()), new byte[0], Timers.NONE);

            assertThat(supervisor.capture(command).out()).isEqualTo("found\n");
        }

        @Test
        void should_wait_for_a_program_that_is_still_being_written() throws Exception {
            Path program = Files.writeString(folder.resolve("fresh"), "#!/bin/sh\necho ready\n");
            assertThat(program.toFile().setExecutable(true)).isTrue();
            OutputStream writer = Files.newOutputStream(program, StandardOpenOption.APPEND);
            CompletableFuture<Void> closed = CompletableFuture.runAsync(
                    () -> assertThatCode(writer::close).doesNotThrowAnyException(),
                    CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS));

            assertThat(supervisor
                            .capture(command(Timers.NONE, program.toString()))
                            .out())
                    .isEqualTo("ready\n");
            assertThat(closed).isCompleted();
        }

        @Test
        void should_hand_on_its_exit_code() throws Exception {
            Exit exit = supervisor.run(shell("exit 7"), Output.IGNORED);

            assertThat(exit.code()).isEqualTo(7);
            assertThat(exit.fired()).isEqualTo(Exit.Limit.NONE);
            assertThat(exit.succeeded()).isFalse();
        }

        @Test
        void should_have_128_and_the_signal_as_exit_code_when_a_signal_ended_it() throws Exception {
            assertThat(supervisor.run(shell("kill -KILL $$"), Output.IGNORED).code())
                    .isEqualTo(137);
        }

        @Test
        void should_see_nothing_of_the_environment_of_this_jvm() throws Exception {
            Command command = new Command(List.of("/usr/bin/env"), folder, Map.of("A", "b"), new byte[0], Timers.NONE);

            List<String> names = supervisor
                    .capture(command)
                    .out()
                    .lines()
                    .map(line -> line.replaceAll("=.*", ""))
                    .collect(Collectors.toList());

            assertThat(System.getenv()).containsKey("HOME");
            assertThat(names).containsExactlyInAnyOrder("A", "ASSAY_COOKIE");
        }

        @Test
        void should_deliver_both_streams_line_by_line_and_the_last_one_without_line_end() throws Exception {
            BlockingQueue<String> lines = new LinkedBlockingQueue<>();

            supervisor.run(
                    shell("echo one; printf 'two\\r\\n\\nthree'; echo four >&2"),
                    (stream, line) -> lines.add(stream + ":" + new String(line, UTF_8)));

            assertThat(lines)
                    .containsExactlyInAnyOrder("STDOUT:one", "STDOUT:two\r", "STDOUT:", "STDOUT:three", "STDERR:four");
        }

        @Test
        void should_get_its_input_whole_and_then_its_end() throws Exception {
            byte[] input = ("x".repeat(3 << 20) + "\n").getBytes(UTF_8);
            Command command = new Command(List.of("wc", "-c"), folder, PATH, input, Timers.NONE);

            assertThat(supervisor.capture(command).out().trim()).isEqualTo(String.valueOf(input.length));
        }

        @Test
        void should_not_mind_that_a_process_does_not_read_its_input() throws Exception {
            Command command = new Command(List.of("true"), folder, PATH, new byte[5 << 20], Timers.NONE);

            assertThat(supervisor.run(command, Output.IGNORED).succeeded()).isTrue();
        }

        @Test
        void should_deliver_a_line_of_five_megabytes_in_one_piece() throws Exception {
            BlockingQueue<byte[]> lines = new LinkedBlockingQueue<>();

            supervisor.run(
                    shell("head -c 5242880 /dev/zero | tr '\\0' y; echo; echo end"), (stream, line) -> lines.add(line));

            assertThat(lines).hasSize(2);
            assertThat(lines.take()).hasSize(5 << 20).containsOnly('y');
            assertThat(lines.take()).isEqualTo("end".getBytes(UTF_8));
        }

        @Test
        void should_keep_the_end_of_what_it_printed_when_that_is_too_much() throws Exception {
            Captured captured = supervisor.capture(shell("seq 1 400000; echo oh >&2"));

            assertThat(captured.cut()).isTrue();
            assertThat(captured.out()).hasSizeLessThanOrEqualTo(1 << 20).endsWith("\n400000\n");
            assertThat(captured.err()).isEqualTo("oh\n");
        }

        @Test
        void should_be_stopped_when_the_receiver_of_its_output_fails() {
            Output failing = (stream, line) -> {
                throw new IllegalArgumentException("disk full");
            };

            assertThatThrownBy(() -> supervisor.run(shell("echo hello; sleep 300"), failing))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("disk full");
        }

        @Test
        void should_be_handed_out_before_its_first_line() throws Exception {
            AtomicReference<Running> running = new AtomicReference<>();
            AtomicReference<Running> seen = new AtomicReference<>();

            supervisor.run(shell("echo hello"), (stream, line) -> seen.set(running.get()), running::set);

            assertThat(seen.get()).isNotNull().isSameAs(running.get());
        }
    }

    @Nested
    class A_timer {
        @Test
        void should_fire_when_there_is_no_first_output() throws Exception {
            assertThat(fired(timers(50, 0, 0, 0, 0), "sleep 300")).isEqualTo(Exit.Limit.STARTUP);
        }

        @Test
        void should_fire_when_there_is_no_more_output() throws Exception {
            assertThat(fired(timers(20_000, 50, 0, 0, 0), "echo hello; sleep 300"))
                    .isEqualTo(Exit.Limit.IDLE);
        }

        @Test
        void should_fire_when_the_whole_takes_too_long() throws Exception {
            assertThat(fired(timers(0, 0, 0, 100, 0), "while true; do echo hello; done"))
                    .isEqualTo(Exit.Limit.WALL);
        }

        @Test
        void should_fire_when_a_tool_call_takes_too_long_and_not_for_idleness_meanwhile() throws Exception {
            assertThat(firedWithTool(timers(0, 50, 400, 0, 0), "echo open; sleep 300"))
                    .isEqualTo(Exit.Limit.TOOL);
        }

        @Test
        void should_count_idleness_again_when_the_tool_call_has_ended() throws Exception {
            assertThat(firedWithTool(timers(0, 50, 30_000, 0, 0), "echo open; sleep 0.3; echo close; sleep 300"))
                    .isEqualTo(Exit.Limit.IDLE);
        }

        @Test
        void should_fire_when_the_process_lingers_after_its_final_event() throws Exception {
            AtomicReference<Running> running = new AtomicReference<>();
            Command command = new Command(
                    List.of("sh", "-c", "echo result; sleep 300"), folder, PATH, new byte[0], timers(0, 0, 0, 0, 50));

            Exit exit = supervisor.run(command, (stream, line) -> running.get().finalEventSeen(), running::set);

            assertThat(exit.fired()).isEqualTo(Exit.Limit.LINGER);
        }

        @Test
        void should_not_fire_when_the_process_ends_in_time() throws Exception {
            assertThat(fired(timers(20_000, 20_000, 20_000, 20_000, 20_000), "echo hello"))
                    .isEqualTo(Exit.Limit.NONE);
        }

        private Exit.Limit firedWithTool(Timers timers, String script) throws InterruptedException {
            AtomicReference<Running> running = new AtomicReference<>();
            Output tool = (stream, line) -> {
                if (new String(line, UTF_8).equals("open")) {
                    running.get().toolOpened("1");
                } else {
                    running.get().toolClosed("1");
                }
            };
            return supervisor
                    .run(Command.shell(script, folder, PATH, timers), tool, running::set)
                    .fired();
        }

        private Exit.Limit fired(Timers timers, String script) throws InterruptedException {
            return supervisor
                    .run(Command.shell(script, folder, PATH, timers), Output.IGNORED)
                    .fired();
        }
    }

    @Nested
    class Stopping {
        private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        private final Output collect = (stream, line) -> lines.add(new String(line, UTF_8));

        @Test
        void should_kill_what_ignores_term() throws Exception {
            Running running = supervisor.start(
                    shell("trap '' TERM; sh -c 'trap \"\" TERM; echo $$; sleep 300; sleep 300' & wait; wait"), collect);
            long child = nextPid();

            Exit exit = running.stop();

            assertThat(exit.fired()).isEqualTo(Exit.Limit.STOPPED);
            assertThat(exit.code()).isEqualTo(137);
            assertGone(child);
            assertGone(running.pid());
        }

        @Test
        void should_let_a_process_end_in_an_orderly_way() throws Exception {
            Running running = supervisor.start(
                    shell("trap 'echo bye; exit 3' TERM; echo $$; while :; do sleep 0.05; done"), collect);
            nextPid();

            assertThat(running.stop().code()).isEqualTo(3);
            assertThat(lines).contains("bye");
        }

        @Test
        void should_kill_a_daemon_that_a_process_left_behind() throws Exception {
            Exit exit = supervisor.run(
                    shell("(setsid nohup sh -c 'echo $$; exec sleep 300' 2>/dev/null &) ; sleep 0.2"), collect);

            assertGone(nextPid());
            assertThat(exit.code()).isZero();
            assertThat(exit.fired()).isEqualTo(Exit.Limit.NONE);
            assertThat(exit.survivors()).isEqualTo(1);
        }

        @Test
        void should_not_wait_for_the_output_of_an_orphan_that_has_dropped_the_cookie() throws Exception {
            Exit exit = supervisor.run(
                    shell("(setsid env -i /bin/sh -c 'echo $$; exec sleep 300' &) ; sleep 0.2; echo end"), collect);

            assertThat(lines).contains("end");
            lines.remove("end");
            assertGone(nextPid());
            assertThat(exit.survivors()).isEqualTo(1);
        }

        @Test
        void should_leave_the_processes_of_its_neighbours_alone() throws Exception {
            Running neighbour = supervisor.start(shell("echo $$; exec sleep 300"), collect);
            long pid = nextPid();

            supervisor.run(shell("setsid sleep 300 &"), Output.IGNORED);

            assertThat(neighbour.alive()).isTrue();
            assertThat(alive(pid)).isTrue();
        }

        @Test
        void should_stop_the_tree_when_the_caller_is_interrupted() throws Exception {
            FutureTask<Exit> task = new FutureTask<>(
                    () -> supervisor.run(shell("echo $$; sleep 300 & echo $!; setsid sleep 300 & wait"), collect));
            Thread caller = new Thread(task);
            caller.start();
            long parent = nextPid();
            long child = nextPid();

            caller.interrupt();

            assertThatThrownBy(task::get).hasCauseInstanceOf(InterruptedException.class);
            assertGone(parent);
            assertGone(child);
        }

        @Test
        void should_happen_to_all_at_close_and_end_the_watchdog() throws Exception {
            supervisor.start(shell("echo $$; exec sleep 300"), collect);
            supervisor.start(shell("echo $$; exec sleep 300"), collect);
            long one = nextPid();
            long other = nextPid();
            assertThat(watchdogs()).hasSize(1);
            ProcessHandle watchdog = watchdogs().get(0);

            supervisor.close();

            assertGone(one);
            assertGone(other);
            assertThat(watchdog.isAlive()).isFalse();
            assertThatThrownBy(() -> supervisor.start(shell("true"), collect))
                    .isInstanceOf(ClosingDown.class)
                    .hasMessageContaining("closing down");
        }

        @Test
        void should_end_with_the_same_exit_for_all_who_ask() throws Exception {
            Running running = supervisor.start(shell("exit 4"), collect);

            assertThat(running.await().code()).isEqualTo(4);
            assertThat(running.stop()).isEqualTo(running.await());
        }

        @Test
        void should_leave_no_thread_behind() throws Exception {
            CountDownLatch printed = new CountDownLatch(1);
            Running running = supervisor.start(shell("echo x; sleep 300"), (stream, line) -> printed.countDown());
            assertThat(printed.await(20, TimeUnit.SECONDS)).isTrue();

            running.stop();

            await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .noneMatch(name -> name.startsWith("assay-") && name.endsWith("-" + running.pid())));
        }

        private long nextPid() throws InterruptedException {
            String line = lines.poll(20, TimeUnit.SECONDS);
            assertThat(line).as("the pid that the script prints").isNotNull();
            return Long.parseLong(line.trim());
        }
    }

    @Nested
    class The_watchdog {
        @ParameterizedTest
        @ValueSource(strings = {"KILL", "TERM", "INT"})
        void should_leave_no_process_and_no_folder_when_the_jvm_is_ended_by(String signal) throws Exception {
            Path memory = Files.createDirectories(folder.resolve("assay-memory/data"));
            Path kept = Files.createDirectories(folder.resolve("assay-kept"));
            Process jvm = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            DoomedJvm.class.getName(),
                            memory.getParent().toString(),
                            kept.toString())
                    .redirectErrorStream(true)
                    .start();
            List<String> pids = new ArrayList<>();
            long watchdog;
            try (var reader = jvm.inputReader()) {
                for (String line = reader.readLine(); !"ready".equals(line); line = reader.readLine()) {
                    assertThat(line).as("output of the JVM").isNotNull();
                    pids.add(line);
                }
                watchdog = jvm.children()
                        .filter(child -> child.info()
                                .arguments()
                                .map(List::of)
                                .filter(line -> line.contains("assay-watchdog"))
                                .isPresent())
                        .findFirst()
                        .orElseThrow()
                        .pid();
                new ProcessBuilder("kill", "-" + signal, String.valueOf(jvm.pid()))
                        .start()
                        .waitFor();
                jvm.waitFor();
            }

            assertThat(pids).hasSize(2);
            for (String pid : pids) {
                await().atMost(Duration.ofSeconds(15)).until(() -> !alive(Long.parseLong(pid)));
            }
            await().atMost(Duration.ofSeconds(15)).until(() -> !alive(watchdog));
            assertThat(memory.getParent()).doesNotExist();
            assertThat(kept).exists();
        }

        @Test
        void should_come_back_when_it_was_killed() throws Exception {
            supervisor.run(shell("true"), Output.IGNORED);
            watchdogs().forEach(ProcessHandle::destroyForcibly);
            await().until(() -> watchdogs().isEmpty());

            supervisor.run(shell("true"), Output.IGNORED);

            assertThat(watchdogs()).hasSize(1);
        }

        @Test
        void should_remove_a_folder_at_close_too_but_only_one_of_ours() throws Exception {
            Path memory = Files.createDirectories(folder.resolve("assay-memory/data"));
            supervisor.removeOnDeath(memory);

            assertThatThrownBy(() -> supervisor.removeOnDeath(folder.resolve("assay-x/../other")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("named assay-");
            supervisor.close();

            assertThat(memory).doesNotExist();
            assertThat(memory.getParent()).exists();
        }
    }

    private List<ProcessHandle> watchdogs() {
        return ProcessHandle.current()
                .children()
                .filter(child -> child.info()
                        .arguments()
                        .map(List::of)
                        .filter(arguments -> arguments.contains("assay-watchdog")
                                && arguments.contains("ASSAY_COOKIE=" + supervisor.jvmCookie()))
                        .isPresent())
                .toList();
    }

    private static void assertGone(long pid) {
        await().until(() -> !alive(pid));
    }

    private static boolean alive(long pid) {
        return RunningProcess.isRunning(pid);
    }

    private Command shell(String script) {
        return Command.shell(script, folder, PATH, Timers.NONE);
    }

    private Command command(Timers timers, String... line) {
        return new Command(List.of(line), folder, PATH, new byte[0], timers);
    }

    private static Timers timers(int startup, int idle, int tool, int wall, int linger) {
        return new Timers(millis(startup), millis(idle), millis(tool), millis(wall), millis(linger));
    }

    private static Optional<Duration> millis(int millis) {
        return millis == 0 ? Optional.empty() : Optional.of(Duration.ofMillis(millis));
    }
}
