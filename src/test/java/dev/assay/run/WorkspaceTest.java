package dev.assay.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.process.Command;
import dev.assay.process.Supervisor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkspaceTest {
    private static final String PATH = System.getenv("PATH");

    @TempDir
    Path temp;

    private final Supervisor supervisor = Supervisor.open();
    private Path folder;
    private Workspace workspace;
    private String start;

    @BeforeEach
    void open() throws InterruptedException {
        folder = temp.resolve("workspace");
        workspace = new Workspace(folder, temp.resolve("history.git"), supervisor, PATH);
        start = workspace.open();
    }

    @AfterEach
    void close() {
        supervisor.close();
    }

    private void write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private String shell(Path where, String script) throws InterruptedException {
        return supervisor
                .capture(Command.shell(
                        script,
                        where,
                        Map.of("PATH", PATH, "HOME", temp.toString()),
                        Command.Timers.wall(Duration.ofMinutes(1))))
                .out();
    }

    private String history(String arguments) throws InterruptedException {
        return shell(temp, "git --git-dir=history.git " + arguments).strip();
    }

    @Test
    void should_make_no_commit_where_nothing_changed() throws Exception {
        assertThat(workspace.commit("nothing")).isEqualTo(start);
    }

    @Test
    void should_show_what_an_attempt_changed() throws Exception {
        write("src/main.js", "one\n");
        String first = workspace.commit("implement a 1");
        write("src/main.js", "two\n");
        String second = workspace.commit("implement a 2");

        assertThat(workspace.diff(first, second))
                .contains("-one")
                .contains("+two")
                .contains("src/main.js");
        assertThat(history("log --format=%s")).isEqualTo("implement a 2\nimplement a 1\nstart");
    }

    @Test
    void should_not_be_disturbed_by_an_agents_own_git() throws Exception {
        write("a.txt", "a");
        workspace.commit("implement a 1");
        shell(
                folder,
                "git init -q && git config user.email a@b && git config user.name a && git add . && git commit -qm mine"
                        + " && git checkout -q -b other && git rm -q a.txt && git commit -qm gone");
        write("b.txt", "b");
        String commit = workspace.commit("implement a 2");

        assertThat(history("ls-tree -r --name-only " + commit)).isEqualTo("b.txt");
        assertThat(shell(folder, "git log --format=%s")).isEqualTo("gone\nmine\n");
    }

    @Test
    void should_keep_the_files_of_repositories_inside_the_folder() throws Exception {
        write("committed/a.txt", "a");
        write("fresh/b.txt", "b");
        shell(
                folder.resolve("committed"),
                "git init -q && git config user.email a@b && git config user.name a && git add . && git commit -qm x");
        shell(folder.resolve("fresh"), "git init -q");

        String commit = workspace.commit("implement a 1");

        assertThat(history("ls-tree -r --name-only " + commit)).isEqualTo("committed/a.txt\nfresh/b.txt");
        workspace.export(commit, temp.resolve("exported"));
        assertThat(temp.resolve("exported/committed/a.txt")).hasContent("a");
        assertThat(workspace.changes()).isEmpty();
    }

    @Test
    void should_put_back_all_that_a_reading_call_changed() throws Exception {
        write("kept.txt", "as it was");
        write(".gitignore", "dist/\n");
        workspace.commit("implement a 1");
        write("kept.txt", "tampered");
        write("new/file.txt", "new");
        write("dist/out.js", "built");
        write("inner/c.txt", "c");
        shell(folder.resolve("inner"), "git init -q");

        assertThat(workspace.changes()).containsExactlyInAnyOrder("kept.txt", "new/file.txt", "inner/c.txt");
        assertThat(workspace.diff()).contains("+tampered").contains("new/file.txt");
        workspace.reset();

        assertThat(folder.resolve("kept.txt")).hasContent("as it was");
        assertThat(folder.resolve("new")).doesNotExist();
        assertThat(folder.resolve("inner")).doesNotExist();
        assertThat(folder.resolve("dist/out.js")).hasContent("built");
        assertThat(workspace.changes()).isEmpty();
    }

    @Test
    void should_keep_files_byte_by_byte_whatever_the_apps_attributes_say() throws Exception {
        write(".gitattributes", "* text eol=lf\n*.js -diff\n*.bin filter=lfs\n");
        byte[] bytes = "a\r\nb\r\n".getBytes(StandardCharsets.UTF_8);
        Files.write(folder.resolve("a.js"), bytes);
        String commit = workspace.commit("implement a 1");

        workspace.export(commit, temp.resolve("exported"));

        assertThat(temp.resolve("exported/a.js")).hasBinaryContent(bytes);
        assertThat(workspace.diff(start, commit)).contains("+a").contains("+b");
    }

    @Test
    void should_keep_what_is_installed_out_of_the_history() throws Exception {
        write("node_modules/left/index.js", "x");
        write("package.json", "{}");

        String commit = workspace.commit("implement a 1");

        assertThat(history("ls-tree -r --name-only " + commit)).isEqualTo("package.json");
    }

    @Test
    void should_mark_what_each_step_of_a_run_left() throws Exception {
        try (ScriptedRun run = new ScriptedRun(temp.resolve("run"))) {
            run.agent(request -> request.phase() == dev.assay.agent.Phase.PLAN
                    ? ScriptedRun.plan(ScriptedRun.step("../a"), ScriptedRun.step("b.lock"))
                    : ScriptedRun.worksWell(request));

            assertThat(run.run().outcome()).isEqualTo(Outcome.PASSED);
        }
        List<String> marks = shell(
                        temp,
                        "git --git-dir=run/run/history.git for-each-ref --format='%(refname) %(contents:subject)'"
                                + " refs/assay")
                .lines()
                .toList();
        assertThat(marks).containsExactly("refs/assay/step-1 implement ../a 1", "refs/assay/step-2 implement b.lock 1");
    }
}
