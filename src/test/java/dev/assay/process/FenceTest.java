package dev.assay.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.assay.process.Command.Timers;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A fence as seen by a process that tries to get out. Skipped where bubblewrap does not work, with the reason. */
@Timeout(60)
class FenceTest {
    private static final Map<String, String> PATH = Map.of("PATH", "/usr/local/bin:/usr/bin:/bin");

    @TempDir
    Path folder;

    private final Supervisor supervisor = Supervisor.open();
    /** Told from the sleeps of other tests by its end. */
    private final String sleep = "sleep 77." + System.nanoTime() % 1_000_000_000;

    private Path workspace;
    private Fence fence;

    @BeforeEach
    void build() throws Exception {
        Bubblewrap bubblewrap = Bubblewrap.look(supervisor, "/usr/local/bin:/usr/bin:/bin");
        assumeTrue(bubblewrap.works(), bubblewrap.why());
        workspace = Files.createDirectory(folder.resolve("workspace"));
        fence = bubblewrap.fence().lending(workspace);
    }

    @AfterEach
    void close() {
        supervisor.close();
    }

    @Nested
    class Files_outside {
        @Test
        void should_not_be_read_nor_listed() throws Exception {
            Path secret = Files.writeString(folder.resolve("contract.yaml"), "the contract");

            Captured read = run("cat " + secret + "; ls " + folder + " /root /home /etc/shadow");

            assertThat(read.out()).doesNotContain("the contract").doesNotContain("contract.yaml");
            assertThat(read.err()).contains("contract.yaml: No such file");
        }

        @Test
        void should_not_be_written_nor_removed() throws Exception {
            Path file = Files.writeString(folder.resolve("events.jsonl"), "as it was");

            Captured write =
                    run("echo forged > " + file + "; rm -f " + file + "; touch " + folder.resolve("new") + " /x");

            assertThat(write.succeeded()).isFalse();
            assertThat(file).hasContent("as it was");
            assertThat(folder.resolve("new")).doesNotExist();
        }

        @Test
        void should_not_be_reached_by_a_link_in_the_workspace() throws Exception {
            Files.writeString(folder.resolve("contract.yaml"), "the contract");

            Captured read = run("ln -s " + folder + " way && cat way/contract.yaml ../contract.yaml");

            assertThat(read.out()).doesNotContain("the contract");
        }

        @Test
        void should_be_hidden_where_they_lie_within_the_systems_own() throws Exception {
            Path within = Path.of("/usr/share");

            Captured listed = supervisor.capture(
                    Command.shell("ls -A " + within + "; touch " + within + "/x", workspace, PATH, Timers.NONE)
                            .within(fence.hiding(within)));

            assertThat(listed.out()).isEmpty();
            assertThat(listed.err()).contains("Read-only");
        }

        @Test
        void should_leave_the_system_in_sight_where_all_of_it_is_to_be_hidden() throws Exception {
            Captured listed = supervisor.capture(Command.shell("ls /usr/bin", workspace, PATH, Timers.NONE)
                    .within(fence.hiding(Path.of("/"), Path.of("/usr"))));

            assertThat(listed.out()).contains("env\n");
        }

        @Test
        void should_be_seen_where_they_are_declared_and_never_written() throws Exception {
            Path tools = Files.createDirectories(folder.resolve("tools"));
            Files.writeString(tools.resolve("package.json"), "{}");

            Captured read = supervisor.capture(Command.shell(
                            "cat " + tools + "/package.json && echo x > " + tools + "/package.json",
                            workspace,
                            PATH,
                            Timers.NONE)
                    .within(fence.showing(tools)));

            assertThat(read.out()).isEqualTo("{}\n");
            assertThat(read.err()).contains("Read-only file system");
            assertThat(tools.resolve("package.json")).hasContent("{}");
        }

        @Test
        void should_not_come_in_by_a_mount() throws Exception {
            Captured mounted =
                    run("mount -t tmpfs none /usr || mount -o remount,rw / || mount --bind /proc/1/root /mnt");

            assertThat(mounted.succeeded()).isFalse();
        }
    }

    @Nested
    class Processes_outside {
        @Test
        void should_not_be_seen_nor_their_environment() throws Exception {
            String ours = String.valueOf(ProcessHandle.current().pid());

            Captured looked =
                    run("cat /proc/" + ours + "/environ /proc/[0-9]*/environ | tr '\\0' '\\n'; ls -d /proc/[0-9]*");

            assertThat(looked.err()).contains("/proc/" + ours + "/environ: No such file");
            assertThat(looked.out()).contains("PATH=" + PATH.get("PATH"));
            System.getenv().keySet().stream()
                    .filter(name ->
                            !List.of("PATH", "PWD", "SHLVL", "_", "OLDPWD").contains(name))
                    .forEach(name -> assertThat(looked.out()).doesNotContain("\n" + name + "="));
            assertThat(looked.out().lines().filter(line -> line.startsWith("/proc/")))
                    .as("processes inside")
                    .hasSizeLessThan(8);
        }

        @Test
        void should_not_be_signalled() throws Exception {
            Running outside = supervisor.start(Command.shell("sleep 60", folder, PATH, Timers.NONE), Output.IGNORED);

            Captured killed = run("kill -9 " + outside.pid() + "; kill -9 -1; kill -9 "
                    + ProcessHandle.current().pid());

            assertThat(killed.err()).contains("No such process");
            assertThat(outside.alive()).isTrue();
            outside.stop();
        }
    }

    @Nested
    class A_process_inside {
        @Test
        void should_do_its_work_in_the_workspace() throws Exception {
            Captured worked = run("echo done > result && cat result && id -u");

            assertThat(worked.succeeded()).isTrue();
            assertThat(workspace.resolve("result")).hasContent("done");
        }

        @Test
        void should_pass_on_its_exit_code_and_its_input() throws Exception {
            Command command = new Command(
                    List.of("/bin/sh", "-c", "cat; exit 7"), workspace, PATH, "told".getBytes(UTF_8), Timers.NONE);

            Captured ended = supervisor.capture(command.within(fence));

            assertThat(ended.exit().code()).isEqualTo(7);
            assertThat(ended.out()).isEqualTo("told\n");
            assertThat(ended.exit().survivors()).isZero();
        }

        @Test
        void should_have_no_capabilities_and_no_terminal() throws Exception {
            Captured status = run("grep -E 'CapEff|CapBnd' /proc/self/status; (: < /dev/tty) 2>&1 && echo terminal");

            assertThat(status.out())
                    .contains("CapEff:\t0000000000000000")
                    .contains("CapBnd:\t0000000000000000")
                    .doesNotContain("terminal\n");
        }

        @Test
        void should_reach_what_listens_on_this_machine() throws Exception {
            try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                Captured asked = supervisor.capture(new Command(
                                List.of("/bin/bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/" + server.getLocalPort()),
                                workspace,
                                PATH,
                                new byte[0],
                                Timers.NONE)
                        .within(fence));

                assertThat(asked.succeeded()).as(asked.err()).isTrue();
            }
        }

        @Test
        void should_not_keep_what_it_puts_into_tmp() throws Exception {
            run("echo left > /tmp/assay-fence-left");

            assertThat(Path.of("/tmp/assay-fence-left")).doesNotExist();
        }

        @Test
        void should_start_a_program_that_a_link_leads_to() throws Exception {
            Path packages = Files.createDirectories(folder.resolve("lib/node_modules/tool"));
            Files.writeString(packages.resolve("words"), "from beside");
            Path program = Files.writeString(
                    packages.resolve("tool.sh"), "#!/bin/sh\ncat \"$(dirname \"$(readlink -f \"$0\")\")/words\"\n");
            assertThat(program.toFile().setExecutable(true)).isTrue();
            Path link = Files.createSymbolicLink(
                    Files.createDirectories(folder.resolve("bin")).resolve("tool"), program);

            Captured ran =
                    supervisor.capture(new Command(List.of(link.toString()), workspace, PATH, new byte[0], Timers.NONE)
                            .within(fence.running(link)));

            assertThat(ran.out()).isEqualTo("from beside\n");
        }

        @Test
        void should_be_refused_where_its_program_is_out_of_sight() throws Exception {
            Path program = Files.writeString(folder.resolve("tool"), "#!/bin/sh\n");
            assertThat(program.toFile().setExecutable(true)).isTrue();
            Command command =
                    new Command(List.of(program.toString()), workspace, PATH, new byte[0], Timers.NONE).within(fence);

            assertThatThrownBy(() -> supervisor.capture(command))
                    .isInstanceOf(ProgramNotFound.class)
                    .hasMessageContaining("outside of what the process is shown")
                    .hasMessageContaining("isolation=off");
        }
    }

    @Nested
    class The_end {
        @Test
        void should_take_daemons_with_it_that_have_dropped_the_cookie() throws Exception {
            Captured ended = run("env -i setsid " + sleep + " > /dev/null 2>&1 & exit 0");

            assertThat(ended.succeeded()).isTrue();
            await().until(() -> !lives(sleep));
        }

        @Test
        void should_count_the_daemons_that_it_took_but_not_the_fence() throws Exception {
            Captured ended = run("setsid " + sleep + " > /dev/null 2>&1 & exit 0");

            assertThat(ended.exit().survivors()).isBetween(1, 2);
            await().until(() -> !lives(sleep));
        }

        @Test
        void should_be_asked_for_politely_first() throws Exception {
            BlockingQueue<String> lines = new LinkedBlockingQueue<>();
            Running running = supervisor.start(
                    Command.shell(
                                    "trap 'echo sorry; exit 3' TERM; echo ready; while :; do sleep 0.05; done",
                                    workspace,
                                    PATH,
                                    Timers.NONE)
                            .within(fence),
                    (stream, line) -> lines.add(new String(line, UTF_8)));
            assertThat(lines.poll(20, TimeUnit.SECONDS)).isEqualTo("ready");

            Exit exit = running.stop();

            assertThat(lines).contains("sorry");
            assertThat(exit.code()).isEqualTo(3);
        }

        @Test
        void should_come_by_force_where_nothing_else_helps() throws Exception {
            Captured ended = supervisor.capture(Command.shell(
                            "trap '' TERM; (trap '' TERM; setsid sh -c 'trap \"\" TERM; " + sleep + "') & " + sleep,
                            workspace,
                            PATH,
                            Timers.wall(Duration.ofMillis(300)))
                    .within(fence));

            assertThat(ended.exit().fired()).isEqualTo(Exit.Limit.WALL);
            await().until(() -> !lives(sleep));
        }

        @Test
        void should_come_with_the_end_of_this_jvm_however_that_comes() throws Exception {
            Process jvm = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            "-XX:TieredStopAtLevel=1",
                            DoomedFence.class.getName(),
                            sleep.replace("sleep ", ""))
                    .redirectErrorStream(true)
                    .start();
            try (BufferedReader said = jvm.inputReader()) {
                assertThat(said.readLine()).isEqualTo("ready");
                assertThat(lives(sleep)).isTrue();
            } finally {
                jvm.destroyForcibly();
            }

            await().atMost(20, TimeUnit.SECONDS).until(() -> !lives(sleep));
        }

        private boolean lives(String command) {
            return ProcessHandle.allProcesses()
                    .filter(Proc::living)
                    .anyMatch(process -> commandLine(process.pid()).equals(command));
        }

        private String commandLine(long pid) {
            try {
                return Files.readString(Proc.ROOT.resolve(pid + "/cmdline"))
                        .replace('\0', ' ')
                        .strip();
            } catch (IOException e) {
                return ""; // gone meanwhile
            }
        }
    }

    @Test
    void should_say_what_to_do_where_bubblewrap_is_missing() throws Exception {
        Bubblewrap missing = Bubblewrap.look(supervisor, folder.toString());

        assertThat(missing.works()).isFalse();
        assertThat(missing.fence()).isEqualTo(Fence.NONE);
        assertThat(missing.why()).contains("not installed").contains("apt-get install bubblewrap");
    }

    @Test
    void should_do_without_a_bound_where_bubblewrap_is_too_old_for_one() throws Exception {
        Path program = Files.writeString(
                folder.resolve("bwrap"),
                "#!/bin/sh\n[ \"$1\" = --version ] && echo bubblewrap 0.6.1 && exit\n"
                        + "case \" $* \" in *' --size '*) echo 'bwrap: Unknown option --size' >&2; exit 1;; esac\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();

        assertThat(Bubblewrap.look(supervisor, folder + ":/usr/bin:/bin").works())
                .isTrue();
    }

    @Test
    void should_say_what_is_wrong_where_bubblewrap_does_not_work() throws Exception {
        Path program = Files.writeString(
                folder.resolve("bwrap"),
                "#!/bin/sh\n[ \"$1\" = --version ] && echo bubblewrap 0.8.0 && exit\n"
                        + "echo 'bwrap: No permissions to create new namespace' >&2\nexit 1\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();

        Bubblewrap broken = Bubblewrap.look(supervisor, folder.toString());

        assertThat(broken.works()).isFalse();
        assertThat(broken.version()).contains("0.8.0");
        assertThat(broken.why())
                .contains("No permissions to create new namespace")
                .contains("namespaces");
    }

    private Captured run(String script) throws InterruptedException {
        return supervisor.capture(
                Command.shell(script, workspace, PATH, Timers.NONE).within(fence));
    }
}
