package dev.assay.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.agent.Redactor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgressTest {
    @TempDir
    Path folder;

    private final List<String> done = new ArrayList<>();

    @Test
    void should_refuse_to_make_calls_again_where_the_way_is_another_one() throws Exception {
        run(Progress.begin(folder), "call a", "layer x", "call b");
        Progress again = again(Optional.empty());

        assertThatThrownBy(() -> run(again, "call a", "layer y", "call b"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("\"layer x\" where this version of Assay comes to \"layer y\"")
                .hasMessageContaining("\"call b\" and what follows would be paid for twice");
        assertThat(Progress.done(folder)).containsExactly("call a", "layer x", "call b");
    }

    @Test
    void should_give_what_was_done_and_do_what_was_not() throws Exception {
        run(Progress.begin(folder), "call a", "layer x");
        done.clear();

        assertThat(run(again(Optional.empty()), "call a", "layer x", "call b"))
                .containsExactly("call a!", "layer x!", "call b!");
        assertThat(done).containsExactly("start call b", "call b");
        assertThat(Progress.done(folder)).containsExactly("call a", "layer x", "call b");
    }

    @Test
    void should_do_a_thing_again_of_which_a_killed_process_wrote_half() throws Exception {
        run(Progress.begin(folder), "call a", "call b");
        Path file = folder.resolve("progress.jsonl");
        String text = Files.readString(file);
        Files.writeString(file, text.substring(0, text.length() - 8));
        done.clear();

        run(again(Optional.empty()), "call a", "call b", "call c");

        assertThat(done).containsExactly("start call b", "call b", "call c");
        assertThat(Progress.done(folder)).containsExactly("call a", "call b", "call c");
    }

    @Test
    void should_leave_behind_what_follows_the_thing_from_which_all_is_done_again() throws Exception {
        run(Progress.begin(folder), "step a", "call a", "step b", "call b");
        done.clear();

        Progress back = Progress.again(folder, Optional.of("step b"), Map.of("smoke", "smoke-2"));
        run(back, "step a", "call a", "step b", "call b");

        assertThat(done).containsExactly("call b");
        assertThat(Progress.done(folder)).containsExactly("step a", "call a", "step b", "call b");
        assertThat(Progress.storedAs(folder)).containsExactly(Map.entry("smoke", "smoke-2"));
        assertThat(Files.readAllLines(folder.resolve("progress.jsonl")))
                .as("nothing is deleted")
                .hasSize(6);
    }

    @Test
    void should_not_count_as_done_what_the_world_made_fail() throws Exception {
        try (Progress progress = Progress.begin(folder)) {
            progress.once("call a", String.class, () -> "overloaded", gave -> false);
        }

        assertThat(Progress.done(folder)).isEmpty();
    }

    @Test
    void should_keep_nothing_secret() throws Exception {
        try (Progress progress = Progress.begin(folder)) {
            progress.cleanedBy(new Redactor(List.of("sk-a-secret-key"))::redact);
            progress.once("call a", String.class, () -> "the key is sk-a-secret-key");
        }

        assertThat(Files.readString(folder.resolve("progress.jsonl")))
                .contains("the key is [redacted]")
                .doesNotContain("sk-a-secret-key");
    }

    @Test
    void should_have_told_what_waits_when_the_run_is_live_and_not_what_was_taken_back() throws Exception {
        run(Progress.begin(folder), "call a");
        done.clear();
        Progress again = again(Optional.empty());
        again.whenLive(() -> done.add("open"));
        again.whenLive(() -> done.add("closed")).run();

        run(again, "call a", "call b");

        assertThat(done).containsExactly("start call b", "open", "call b");
    }

    @Test
    void should_ignore_lines_that_are_none_of_its_own() throws Exception {
        run(Progress.begin(folder), "call a");
        Files.writeString(
                folder.resolve("progress.jsonl"), "\n[]\n\"x\"\n", StandardCharsets.UTF_8, StandardOpenOption.APPEND);

        assertThat(Progress.done(folder)).containsExactly("call a");
    }

    private Progress again(Optional<String> until) {
        Progress progress = Progress.again(folder, until, Map.of());
        progress.onStart(first -> done.add("start " + first));
        return progress;
    }

    private List<String> run(Progress progress, String... things) throws InterruptedException {
        List<String> gave = new ArrayList<>();
        try (progress) {
            for (String thing : things) {
                gave.add(progress.once(thing, String.class, () -> {
                    done.add(thing);
                    return thing + "!";
                }));
            }
        }
        return gave;
    }
}
