package dev.assay.run;

import dev.assay.process.Fence;
import dev.assay.target.Target;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The environment of an agent's and an app's processes: an allow-list, never the harness's own environment.
 *
 * @param path what PATH holds
 * @param passed values taken over from the harness: where certificates and proxies are
 * @param packages npm's cache, of which each run has a copy
 * @param fence what of the machine all runs' processes see, such as tools
 */
public record Environment(String path, Map<String, String> passed, PackageCache packages, Fence fence) {
    /** Names that may be taken over from the harness: none of them is a secret. */
    public static final List<String> PASSED = List.of(
            "NODE_EXTRA_CA_CERTS",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "NO_PROXY",
            "http_proxy",
            "https_proxy",
            "no_proxy",
            "npm_config_registry",
            "npm_config_cafile");

    /** The files that taken over values name, such as certificates. */
    public static Path[] files(Map<String, String> passed) {
        return passed.values().stream()
                .filter(value -> value.startsWith("/"))
                .map(Path::of)
                .toArray(Path[]::new);
    }

    /** A process of one run: it has its HOME, the folder that it works in and the run's packages, and no other run's. */
    public Fence around(Path home, Path folder) {
        Path packages = PackageCache.own(home);
        return Files.isDirectory(packages) ? fence.lending(home, folder, packages) : fence.lending(home, folder);
    }

    /**
     * @param home HOME of the run's own
     * @param target whose URL and anon key the app is given
     * @param names the variables that the app reads them from: one that speaks of a key is given the key, any other the
     *     URL
     * @param port where the app is to listen
     */
    Map<String, String> variables(Path home, Target target, List<String> names, int port) {
        Map<String, String> variables = new LinkedHashMap<>(passed);
        Path programs = home.resolve(".assay-bin");
        variables.put("PATH", target.writeCommands(programs, path) ? programs + File.pathSeparator + path : path);
        variables.put("HOME", home.toString());
        variables.put("TMPDIR", fence.stands() ? "/tmp" : System.getProperty("java.io.tmpdir"));
        variables.put("LANG", "C.UTF-8");
        variables.put("TERM", "dumb");
        variables.put("CI", "true");
        variables.put("npm_config_cache", PackageCache.own(home).toString());
        variables.put("npm_config_prefer_offline", "true");
        variables.put("npm_config_audit", "false");
        variables.put("npm_config_fund", "false");
        variables.put("npm_config_update_notifier", "false");
        // global installs of an agent go into its own HOME, not into the shared tool
        variables.put("npm_config_prefix", home.resolve(".npm-global").toString());
        variables.putAll(target.publicEnvironment());
        for (String name : names) {
            boolean key = name.toUpperCase(Locale.ROOT).contains("KEY");
            variables.put(name, key ? target.anonKey() : target.apiUrl().toString());
        }
        variables.put("PORT", String.valueOf(port));
        return variables;
    }
}
