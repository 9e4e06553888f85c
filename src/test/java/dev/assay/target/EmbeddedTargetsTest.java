package dev.assay.target;

import java.nio.file.Path;

class EmbeddedTargetsTest extends TargetContractTest {
    @Override
    Targets targets() {
        return new EmbeddedTargets(Path.of(System.getProperty("user.home"), ".cache", "assay"));
    }
}
