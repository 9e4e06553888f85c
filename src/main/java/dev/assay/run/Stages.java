package dev.assay.run;

/**
 * Where the loop's stages become tests. One instance stands for one container of the tree; what it is handed becomes
 * the container's children, in order.
 *
 * <p>The stages of a run itself (plan, build, smoke, browser, evaluation) are known before it starts, so an
 * implementation may run their bodies after the call has returned, in the order of the calls. The loop therefore passes
 * nothing from one stage to the next but through the run's state. Below them every call runs at once.
 */
public interface Stages {
    /** Runs a leaf. What the body throws is Assay's own failure: aborted, cause {@code harness-bug}. */
    void test(Stage stage, TestBody body) throws InterruptedException;

    /** Runs a container, whose body puts nodes into it one by one. */
    void container(Stage stage, ContainerBody body) throws InterruptedException;

    /** A leaf that is shown and not run. */
    void skipped(Stage stage, StageResult result);

    /** What a leaf does. */
    @FunctionalInterface
    interface TestBody {
        StageResult run() throws InterruptedException;
    }

    /** What a container does. */
    @FunctionalInterface
    interface ContainerBody {
        void run(Stages inside) throws InterruptedException;
    }
}
