package dev.assay.supabase.jupiter;

import dev.assay.supabase.EmbeddedSupabase.Identity;
import dev.assay.supabase.SupabaseProject;
import dev.assay.supabase.project.Migrated;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/** Opens projects where a test asks for one, and closes each with the test or class that asked. */
final class EmbeddedSupabaseExtension implements ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(EmbeddedSupabaseExtension.class);

    /** The PostgreSQL that all tests share; the root store closes it after the last. */
    private record Shared(dev.assay.supabase.EmbeddedSupabase supabase) implements AutoCloseable {
        static Shared start(Path cache) {
            try {
                return new Shared(dev.assay.supabase.EmbeddedSupabase.start(cache));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ParameterResolutionException("The embedded Supabase was interrupted as it started", e);
            }
        }

        @Override
        public void close() {
            supabase.close();
        }
    }

    /** A project, with the folder that stands for its empty one. */
    private record Opened(SupabaseProject project, Optional<Path> empty) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            project.close();
            if (empty.isPresent()) {
                Files.deleteIfExists(empty.get());
            }
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == SupabaseProject.class;
    }

    @Override
    public SupabaseProject resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getStore(NAMESPACE)
                .getOrComputeIfAbsent(Opened.class, type -> open(context), Opened.class)
                .project();
    }

    private static Opened open(ExtensionContext context) {
        dev.assay.supabase.EmbeddedSupabase supabase = context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(Shared.class, type -> Shared.start(cache()), Shared.class)
                .supabase();
        String named = AnnotationSupport.findAnnotation(context.getRequiredTestClass(), EmbeddedSupabase.class)
                .map(EmbeddedSupabase::project)
                .orElse("");
        return named.isEmpty() ? empty(supabase) : of(supabase, Path.of(named).toAbsolutePath());
    }

    private static Opened empty(dev.assay.supabase.EmbeddedSupabase supabase) {
        try {
            Path folder = Files.createTempDirectory("supabase-project-");
            return new Opened(supabase.open(folder, Identity.OWN), Optional.of(folder));
        } catch (IOException e) {
            throw new UncheckedIOException("The temporary folder cannot be written: " + e.getMessage(), e);
        }
    }

    private static Opened of(dev.assay.supabase.EmbeddedSupabase supabase, Path folder) {
        if (!Files.isDirectory(folder.resolve("supabase"))) {
            throw new ParameterResolutionException("@EmbeddedSupabase(project = …): there is no folder "
                    + folder.resolve("supabase") + "; name the folder that holds supabase/");
        }
        SupabaseProject project = supabase.open(folder, Identity.OWN);
        boolean ready = false;
        try {
            Optional<Migrated.Failure> failure = project.reset().failure();
            if (failure.isPresent()) {
                throw new ParameterResolutionException("@EmbeddedSupabase: the project in " + folder
                        + " cannot be built: " + failure.get().message());
            }
            ready = true;
            return new Opened(project, Optional.empty());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ParameterResolutionException("The migrations of " + folder + " were interrupted", e);
        } finally {
            if (!ready) {
                project.close();
            }
        }
    }

    /** As all of Assay has it: {@code ASSAY_CACHE_DIR}, else {@code assay} in the user's cache folder. */
    private static Path cache() {
        return Optional.ofNullable(System.getenv("ASSAY_CACHE_DIR"))
                .filter(named -> !named.isBlank())
                .map(Path::of)
                .orElseGet(() -> Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
                        .map(Path::of)
                        .filter(Path::isAbsolute)
                        .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache"))
                        .resolve("assay"));
    }
}
