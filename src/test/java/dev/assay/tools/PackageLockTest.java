package dev.assay.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PackageLockTest {
    @TempDir
    Path folder;

    @Test
    void should_be_empty_when_there_is_no_build_for_the_machine() {
        assertThat(PackageLock.read("node-lock.json", "linux", "riscv64")).isEmpty();
        assertThat(PackageLock.read("node-lock.json", "sunos", "x64")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"x64", "arm64"})
    void should_make_the_build_for_the_machine_a_plain_dependency_and_drop_the_others(String cpu) throws IOException {
        PackageLock lock = PackageLock.read("node-lock.json", "linux", cpu).orElseThrow();
        lock.writeTo(folder);

        assertThat(lock.packages()).containsExactly("npm@11.19.1", "node-linux-" + cpu + "@22.23.3");
        JsonNode written = new JsonMapper().readTree(folder.resolve("package-lock.json"));
        JsonNode packages = written.path("packages");
        assertThat(packages.propertyNames())
                .filteredOn(name -> name.startsWith("node_modules/node-"))
                .containsExactly("node_modules/node-linux-" + cpu);
        assertThat(packages.path("node_modules/node-linux-" + cpu).has("optional"))
                .isFalse();
        assertThat(packages.path("").path("dependencies"))
                .isEqualTo(new JsonMapper()
                        .readTree(folder.resolve("package.json"))
                        .path("dependencies"));
    }

    @Test
    void should_have_a_checksum_for_every_package_and_no_address() throws IOException {
        PackageLock.read("node-lock.json", "linux", "x64").orElseThrow().writeTo(folder);

        try (InputStream in = PackageLock.class.getResourceAsStream("node-lock.json")) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).doesNotContain("://");
        }
        JsonNode packages = new JsonMapper()
                .readTree(Files.readString(folder.resolve("package-lock.json")))
                .path("packages");
        assertThat(packages.properties())
                .filteredOn(entry -> !entry.getKey().isEmpty()
                        && !entry.getValue().path("inBundle").asBoolean(false))
                .hasSize(2)
                .extracting(Map.Entry::getValue)
                .allMatch(entry -> entry.path("integrity").asString("").startsWith("sha512-"));
    }
}
