package dev.assay.target;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedTargetsTest extends TargetContractTest {
    @Override
    Targets targets() {
        return new EmbeddedTargets(Path.of(System.getProperty("user.home"), ".cache", "assay"));
    }

    @Test
    void should_say_why_it_cannot_be_had(@TempDir Path elsewhere) throws Exception {
        Path notAFolder = Files.writeString(elsewhere.resolve("cache"), "a file");

        try (Targets broken = new EmbeddedTargets(notAFolder)) {
            assertThatThrownBy(() -> broken.open(elsewhere, elsewhere))
                    .isInstanceOf(TargetUnavailable.class)
                    .hasMessageContaining("cannot start")
                    .hasMessageContaining(notAFolder.toString());
        }
    }
}
