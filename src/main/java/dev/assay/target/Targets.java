package dev.assay.target;

import java.nio.file.Path;

/** Opens targets of one kind. Closing it stops what the targets share. */
public interface Targets extends AutoCloseable {
    TargetKind kind();

    /**
     * A fresh, empty target for a project folder.
     *
     * @param project the app's folder; its {@code supabase/config.toml} is read when there is one
     * @param files a folder of the target's own, for storage objects and the like
     * @throws TargetUnavailable when the target cannot be had, with what to do about it
     */
    Target open(Path project, Path files) throws InterruptedException;

    @Override
    void close();
}
