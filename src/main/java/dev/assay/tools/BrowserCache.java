package dev.assay.tools;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The folder into which Playwright itself installs browsers and its ffmpeg, shared by all who use Playwright. */
final class BrowserCache {
    private final Path folder;

    BrowserCache(Map<String, String> environment) {
        String set = environment.getOrDefault("PLAYWRIGHT_BROWSERS_PATH", "");
        String home = environment.getOrDefault("HOME", System.getProperty("user.home"));
        boolean mac = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac");
        this.folder = set.isEmpty() || set.equals("0")
                ? Path.of(home, mac ? "Library/Caches" : ".cache", "ms-playwright")
                : Path.of(set);
    }

    Path folder() {
        return folder;
    }

    /** Chromium programs in it, headless shells first, the newest first among each. */
    List<Path> chromiums() {
        List<Path> found = new ArrayList<>(
                programs("chromium_headless_shell-*", List.of("chrome-headless-shell", "headless_shell")));
        found.addAll(programs("chromium-*", List.of("chrome", "Chromium.app/Contents/MacOS/Chromium")));
        return found;
    }

    boolean ffmpeg(String revision) {
        Path installed = folder.resolve("ffmpeg-" + revision);
        return Files.isExecutable(installed.resolve("ffmpeg-linux"))
                || Files.isExecutable(installed.resolve("ffmpeg-mac"));
    }

    private List<Path> programs(String pattern, List<String> names) {
        List<Path> installed = matching(folder, pattern);
        installed.sort(Comparator.comparingInt(BrowserCache::revision).reversed());
        List<Path> programs = new ArrayList<>();
        for (Path each : installed) {
            for (Path system : matching(each, "chrom*")) {
                names.stream()
                        .map(system::resolve)
                        .filter(program -> Files.isRegularFile(program) && Files.isExecutable(program))
                        .forEach(programs::add);
            }
        }
        return programs;
    }

    private static List<Path> matching(Path folder, String pattern) {
        List<Path> found = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, pattern)) {
                entries.forEach(found::add);
            } catch (IOException e) {
                return new ArrayList<>(); // a cache that cannot be read holds nothing for us
            }
        }
        return found;
    }

    private static int revision(Path installed) {
        String digits = installed.getFileName().toString().replaceFirst("^.*-", "");
        return digits.matches("\\d{1,9}") ? Integer.parseInt(digits) : 0;
    }
}
