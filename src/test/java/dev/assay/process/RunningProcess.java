package dev.assay.process;

/** Whether a process still runs, for the tests of other rooms. */
public final class RunningProcess {
    private RunningProcess() {}

    /** False also for one that has ended and that the first process of a container never collects. */
    public static boolean isRunning(long pid) {
        return ProcessHandle.of(pid).map(Proc::living).orElse(false);
    }
}
