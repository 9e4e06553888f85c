package dev.assay.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.check.LayerKind;
import dev.assay.process.Supervisor;
import dev.assay.settings.UsageError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MutantTest {
    private static final String HEADER = """
            # what: the greeting is rude
            # experiment: hello
            # layer: smoke
            # also: rls, browser
            # finding: says Go away
            # user: a rude page
            """;
    private static final String DIFF = """

            diff --git a/src/hello.txt b/src/hello.txt
            --- a/src/hello.txt
            +++ b/src/hello.txt
            @@ -1 +1 @@
            -Hello
            +Go away
            """;

    @TempDir
    Path folder;

    private final Supervisor supervisor = Supervisor.open();

    @AfterEach
    void stop() {
        supervisor.close();
    }

    @Test
    void should_refuse_a_header_that_lacks_a_line() throws Exception {
        Path file = patch(HEADER.replace("# finding: says Go away\n", "") + DIFF);

        assertThatThrownBy(() -> Mutant.read(file))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("rude.patch:6")
                .hasMessageContaining("# finding:");
    }

    @Test
    void should_refuse_an_unknown_key_at_its_line() throws Exception {
        Path file = patch(HEADER.replace("# also:", "# alos:") + DIFF);

        assertThatThrownBy(() -> Mutant.read(file))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("rude.patch:4");
    }

    @Test
    void should_refuse_an_unknown_layer_and_list_those_there_are() throws Exception {
        Path file = patch(HEADER.replace("smoke", "smoek") + DIFF);

        assertThatThrownBy(() -> Mutant.read(file))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("smoek")
                .hasMessageContaining("api, rls, functions, smoke, browser");
    }

    @Test
    void should_say_that_a_patch_does_not_fit() throws Exception {
        Mutant mutant = Mutant.read(patch(HEADER + DIFF));
        Path app = app("Good morning\n");

        assertThatThrownBy(() -> mutant.applyTo(app, supervisor, System.getenv("PATH")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("does not fit");
    }

    @Test
    void should_read_the_header_and_make_the_mistake_also_inside_a_repository() throws Exception {
        Mutant mutant = Mutant.read(patch(HEADER + DIFF));
        Files.createDirectory(folder.resolve(".git")); // as in target/ of a clone
        Path app = app("Hello\n");

        mutant.applyTo(app, supervisor, System.getenv("PATH"));

        assertThat(app.resolve("src/hello.txt")).hasContent("Go away");
        assertThat(mutant.name()).isEqualTo("rude");
        assertThat(mutant.layer()).isEqualTo(LayerKind.SMOKE);
        assertThat(mutant.also()).containsExactlyInAnyOrder(LayerKind.RLS, LayerKind.BROWSER);
        assertThat(mutant.finding()).isEqualTo("says Go away");
    }

    private Path patch(String text) throws IOException {
        return Files.writeString(folder.resolve("rude.patch"), text);
    }

    private Path app(String greeting) throws IOException {
        Path app = folder.resolve("app");
        Files.createDirectories(app.resolve("src"));
        Files.writeString(app.resolve("src/hello.txt"), greeting);
        return app;
    }
}
