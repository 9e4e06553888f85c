package dev.assay.settings;

import java.nio.file.Path;

/**
 * Where Assay keeps things for a user, following the XDG base directory specification. Nothing is created here.
 *
 * @param data runs and the log database: must not be lost
 * @param cache downloaded tools and database templates: can be made again
 */
public record Directories(Path data, Path cache) {

    /**
     * The option, else {@code $XDG_DATA_HOME/assay} (or {@code $XDG_CACHE_HOME/assay}), else the default below the home
     * directory.
     */
    public static Directories of(Settings settings) {
        return new Directories(
                place(settings, Option.DATA_DIR, "XDG_DATA_HOME", ".local/share"),
                place(settings, Option.CACHE_DIR, "XDG_CACHE_HOME", ".cache"));
    }

    private static Path place(Settings settings, Option option, String variable, String belowHome) {
        if (settings.isGiven(option)) {
            return settings.path(option);
        }
        // The specification: a relative path there is to be ignored.
        return settings.environment(variable)
                .map(Path::of)
                .filter(Path::isAbsolute)
                .orElseGet(() -> settings.home().resolve(belowHome))
                .resolve("assay");
    }
}
