package dev.assay.tools;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Playwright's driver, a Node program that lies in a jar of the class path. Playwright would unpack it anew for every
 * JVM; in the cache it is unpacked once for each version.
 */
final class PlaywrightDriver {
    private static final String ROOT = "driver/";
    private static final Path CLI = Path.of("package", "cli.js");
    private static final JsonMapper JSON = new JsonMapper();

    private final ToolCache cache;

    PlaywrightDriver(ToolCache cache) {
        this.cache = cache;
    }

    /** The folder that has {@code package/cli.js} in it. */
    Path get() throws InterruptedException {
        String version = json("package/package.json").path("version").asString();
        return cache.get("playwright-driver-" + version, CLI, PlaywrightDriver::unpack);
    }

    /** The revision of ffmpeg that this version asks for; without that very one no page opens that records. */
    String ffmpegRevision() {
        for (JsonNode browser : json("package/browsers.json").path("browsers")) {
            if (browser.path("name").asString().equals("ffmpeg")) {
                return browser.path("revision").asString();
            }
        }
        throw new IllegalStateException("Playwright's list of browsers names no ffmpeg: the build is broken.");
    }

    private static void unpack(Path staging) throws IOException {
        JarURLConnection connection = (JarURLConnection) url("package/cli.js").openConnection();
        connection.setUseCaches(false);
        try (JarFile jar = connection.getJarFile()) {
            List<JarEntry> entries = jar.stream()
                    .filter(entry -> entry.getName().startsWith(ROOT) && !entry.isDirectory())
                    .toList();
            for (JarEntry entry : entries) {
                Path file = staging.resolve(entry.getName().substring(ROOT.length()))
                        .normalize();
                if (!file.startsWith(staging)) {
                    throw new IOException(entry.getName() + " in " + jar.getName() + " leads out of its folder");
                }
                Files.createDirectories(file.getParent());
                try (InputStream in = jar.getInputStream(entry)) {
                    Files.copy(in, file);
                }
            }
        }
        if (!staging.resolve(CLI).toFile().setExecutable(true)) {
            throw new IOException(CLI + " could not be made executable");
        }
    }

    private static JsonNode json(String name) {
        try (InputStream in = url(name).openStream()) {
            return JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static URL url(String name) {
        URL url = PlaywrightDriver.class.getClassLoader().getResource(ROOT + name);
        if (url == null) {
            throw new IllegalStateException("Playwright's driver is missing from the class path: the build is broken.");
        }
        return url;
    }
}
