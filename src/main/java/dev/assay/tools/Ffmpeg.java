package dev.assay.tools;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The ffmpeg that Playwright records videos with. It looks for it in its folder of browsers only, by a revision: where
 * it is not there, one of the PATH that can encode VP8 is put into such a folder of our own.
 */
final class Ffmpeg {
    private final Shell shell;
    private final ToolCache cache;
    private final BrowserCache browsers;

    Ffmpeg(Shell shell, ToolCache cache, BrowserCache browsers) {
        this.shell = shell;
        this.cache = cache;
        this.browsers = browsers;
    }

    /** The folder of browsers that has it; empty where there is none. */
    Optional<Path> look(String revision) throws InterruptedException {
        if (browsers.ffmpeg(revision)) {
            return Optional.of(browsers.folder());
        }
        Path program = Path.of("ffmpeg-" + revision, name());
        for (Path found : shell.find("ffmpeg")) {
            if (encodes(found)) {
                return Optional.of(cache.get("playwright-ffmpeg-" + revision, program, staging -> {
                    Path link = staging.resolve(program);
                    Files.createDirectories(link.getParent());
                    Files.createSymbolicLink(link, found.toAbsolutePath());
                }));
            }
        }
        return Optional.empty();
    }

    private boolean encodes(Path program) throws InterruptedException {
        return shell.ask(List.of(program.toString(), "-hide_banner", "-encoders"))
                .filter(encoders -> encoders.contains("libvpx"))
                .isPresent();
    }

    private static String name() {
        boolean mac = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac");
        return mac ? "ffmpeg-mac" : "ffmpeg-linux";
    }
}
