package dev.assay.target;

import dev.assay.supabase.EmbeddedSupabase;
import dev.assay.supabase.functions.EdgeRuntime;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Targets in this JVM: one PostgreSQL cluster, started at the first {@link #open}, and a database and gateway for each
 * target.
 */
public final class EmbeddedTargets implements Targets {
    private final Path cache;
    private final EmbeddedSupabase.Identity identity;
    private final Optional<EdgeRuntime> runtime;
    private @Nullable EmbeddedSupabase supabase;
    private boolean closed;

    /** Targets with ports and keys of their own, for runs in parallel. */
    public EmbeddedTargets(Path cache) {
        this(cache, EmbeddedSupabase.Identity.OWN);
    }

    /**
     * @param cache the user's cache folder for Assay
     * @param identity whether a target may have the ports and keys that every local project has
     */
    public EmbeddedTargets(Path cache, EmbeddedSupabase.Identity identity) {
        this(cache, identity, Optional.empty());
    }

    /**
     * Targets with ports and keys of their own, whose edge functions run on somebody's own runtime.
     *
     * @param runtime stays open
     */
    public EmbeddedTargets(Path cache, EdgeRuntime runtime) {
        this(cache, EmbeddedSupabase.Identity.OWN, Optional.of(runtime));
    }

    private EmbeddedTargets(Path cache, EmbeddedSupabase.Identity identity, Optional<EdgeRuntime> runtime) {
        this.cache = cache;
        this.identity = identity;
        this.runtime = runtime;
    }

    @Override
    public TargetKind kind() {
        return TargetKind.EMBEDDED;
    }

    @Override
    public Target open(Path project, Path files) throws InterruptedException {
        try {
            return new EmbeddedTarget(shared().open(project, identity), project);
        } catch (IllegalStateException | UncheckedIOException e) {
            throw new TargetUnavailable(
                    "The embedded Supabase could not open a project: " + e.getMessage()
                            + ". Check disk space and memory of this machine, or use another target.",
                    e);
        }
    }

    private synchronized EmbeddedSupabase shared() throws InterruptedException {
        if (closed) {
            throw new IllegalStateException("these targets are closed");
        }
        if (supabase == null) {
            try {
                supabase = runtime.isPresent()
                        ? EmbeddedSupabase.start(cache, runtime.get())
                        : EmbeddedSupabase.start(cache);
            } catch (InterruptedException e) {
                throw e;
            } catch (RuntimeException e) {
                throw new TargetUnavailable("The embedded Supabase cannot start: " + e.getMessage(), e);
            }
        }
        return supabase;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (supabase != null) {
            supabase.close();
            supabase = null;
        }
    }
}
