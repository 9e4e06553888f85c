package dev.assay.run;

/** Stages that run at once and are shown by the listeners alone: for runs outside JUnit. */
public final class PlainStages implements Stages {
    @Override
    public void test(Stage stage, TestBody body) throws InterruptedException {
        body.run();
    }

    @Override
    public void container(Stage stage, ContainerBody body) throws InterruptedException {
        body.run(this);
    }

    @Override
    public void skipped(Stage stage, StageResult result) {
        // the listeners were told
    }
}
