package dev.assay.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresBinariesTest {
    @TempDir
    Path cache;

    @Test
    void should_say_which_folder_cannot_be_written() throws Exception {
        Path file = Files.createFile(cache.resolve("a-file"));
        assertThatThrownBy(() -> PostgresBinaries.unpacked(file))
                .isInstanceOf(PostgresUnavailable.class)
                .hasMessageContaining(file.resolve("postgres").toString())
                .hasMessageContaining("can be written");
    }

    @Test
    void should_be_unpacked_once_by_two_at_once() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Callable<PostgresBinaries> unpack = () -> PostgresBinaries.unpacked(cache);
            List<Future<PostgresBinaries>> both = threads.invokeAll(List.of(unpack, unpack));
            assertThat(both.get(0).get()).isEqualTo(both.get(1).get());
            PostgresBinaries binaries = both.get(0).get();
            assertThat(binaries.program("postgres")).isExecutable();
            assertThat(binaries.extensions().resolve("pgcrypto.control")).isRegularFile();
        } finally {
            threads.shutdownNow();
        }
        try (var files = Files.list(cache.resolve("postgres"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .as("nothing half unpacked is left")
                    .allMatch(name -> name.startsWith("17-") || name.equals("unpack.lock"));
        }
    }
}
