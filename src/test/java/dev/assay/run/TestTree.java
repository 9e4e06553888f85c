package dev.assay.run;

import java.util.ArrayList;
import java.util.List;

/** A tree that runs every stage at once and keeps what came of the leaves, as {@code path: OUTCOME message}. */
public final class TestTree implements Stages {
    private final String path;
    private final List<String> leaves;

    public TestTree() {
        this("", new ArrayList<>());
    }

    private TestTree(String path, List<String> leaves) {
        this.path = path;
        this.leaves = leaves;
    }

    public List<String> leaves() {
        return leaves;
    }

    @Override
    public void test(Stage stage, TestBody body) throws InterruptedException {
        keep(stage, body.run());
    }

    @Override
    public void container(Stage stage, ContainerBody body) throws InterruptedException {
        body.run(new TestTree(path + stage.id() + "/", leaves));
    }

    @Override
    public void skipped(Stage stage, StageResult result) {
        keep(stage, result);
    }

    private void keep(Stage stage, StageResult result) {
        leaves.add((path + stage.id() + ": " + result.outcome() + (result.deciding() ? "! " : " ") + result.message())
                .strip());
    }
}
