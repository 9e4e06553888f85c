package dev.assay.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.target.EmbeddedTargets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What other people's correct apps do with the database passes every check of it. */
class CorrectVariantsTest {
    private static EmbeddedTargets targets;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        targets = new EmbeddedTargets(Path.of(System.getProperty("user.home"), ".cache", "assay"));
    }

    @AfterAll
    static void stop() {
        targets.close();
    }

    static List<Path> variants() throws IOException {
        try (Stream<Path> folders = Files.list(Path.of("experiments/todo-auth/variants"))) {
            return folders.filter(Files::isDirectory).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("variants")
    void should_pass_the_checks_of_the_database(Path variant) throws Exception {
        String[] migrations;
        try (Stream<Path> files = Files.list(variant.resolve("supabase/migrations"))) {
            migrations = files.sorted().map(CorrectVariantsTest::read).toArray(String[]::new);
        }
        try (AppOnTarget app = AppOnTarget.of(targets, folder, migrations)) {
            for (Layer layer : List.of(new ApiLayer(), new RlsLayer())) {
                RecordedChecks checks = RecordedChecks.of(layer, app.subject());

                assertThat(checks.findings()).isEmpty();
                assertThat(checks.errors()).isEmpty();
                assertThat(checks.passed()).isTrue();
            }
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
