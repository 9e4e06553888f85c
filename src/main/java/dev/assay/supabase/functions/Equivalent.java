package dev.assay.supabase.functions;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What stands for a module of the web where only npm can be reached: esm.sh and its like serve npm's packages anyway,
 * JSR's best known packages are at npm too, and of Deno's standard library what functions use is among the resources.
 */
final class Equivalent {
    private static final Pattern STD_URL = Pattern.compile("https://deno\\.land/std(?:@[^/]+)?/(.+)");
    private static final Pattern STD_JSR = Pattern.compile("jsr:/?@std/([a-z0-9-]+)(?:@[^/]+)?(/.*)?");
    private static final Pattern THIRD_PARTY =
            Pattern.compile("https://deno\\.land/x/([a-z0-9_]+)(?:@v?([^/]+))?/(?:mod|index)\\.ts");
    private static final Pattern JSR =
            Pattern.compile("jsr:/?(@[a-z0-9-]+/[a-z0-9-]+)(?:@([^/]+))?(/.*)?", Pattern.CASE_INSENSITIVE);
    private static final Pattern NPM_PATH = Pattern.compile("((?:@[^/@]+/)?[^/@]+)(?:@([^/]*))?(/.*)?");

    /** Files of the standard library, by their path from 0.x on; JSR's names come as the same paths. */
    private static final Map<String, String> STANDARD = Map.ofEntries(
            Map.entry("http/server", "server.ts"),
            Map.entry("dotenv/load", "empty.ts"),
            Map.entry("dotenv/mod", "dotenv.ts"),
            Map.entry("encoding/hex", "hex.ts"),
            Map.entry("encoding/base64", "base64.ts"),
            Map.entry("encoding/base64url", "base64.ts"),
            Map.entry("crypto/mod", "crypto.ts"),
            Map.entry("crypto/crypto", "crypto.ts"),
            Map.entry("crypto/timing_safe_equal", "crypto.ts"),
            Map.entry("async/delay", "delay.ts"),
            Map.entry("async/mod", "delay.ts"),
            Map.entry("uuid/mod", "uuid.ts"),
            Map.entry("uuid/v4", "uuid.ts"),
            Map.entry("path/mod", "node:path/posix"),
            Map.entry("path/posix/mod", "node:path/posix"));

    private static final Map<String, String> THIRD_PARTIES = Map.of(
            "hono",
            "hono",
            "zod",
            "zod",
            "jose",
            "jose",
            "openai",
            "openai",
            "postgresjs",
            "postgres",
            "stripe",
            "stripe");

    private static final Map<String, String> JSR_AT_NPM = Map.of(
            "@hono/hono", "hono",
            "@hono/zod-validator", "@hono/zod-validator",
            "@zod/zod", "zod",
            "@panva/jose", "jose",
            "@openai/openai", "openai",
            "@valibot/valibot", "valibot");

    private final String standard;

    /** @param standard URL of the folder with the files that stand for the standard library, with a slash at its end */
    Equivalent(String standard) {
        this.standard = standard;
    }

    /**
     * What to load in place of it: a specifier of npm's or Node's, or the URL of a file.
     *
     * @param specifier a whole URL, or one that begins with {@code jsr:}
     * @return empty where nothing stands for it
     */
    Optional<String> of(String specifier) {
        Matcher url = STD_URL.matcher(specifier);
        if (url.matches()) {
            return standard(url.group(1));
        }
        Matcher std = STD_JSR.matcher(specifier);
        if (std.matches()) {
            String path = std.group(2) == null ? "/mod" : std.group(2);
            return standard(std.group(1) + path.replace('-', '_'));
        }
        Matcher third = THIRD_PARTY.matcher(specifier);
        if (third.matches()) {
            return Optional.ofNullable(THIRD_PARTIES.get(third.group(1))).map(name -> npm(name, third.group(2), null));
        }
        Matcher jsr = JSR.matcher(specifier);
        if (jsr.matches()) {
            return jsr(jsr.group(1), jsr.group(2), jsr.group(3));
        }
        return specifier.startsWith("https://") ? cdn(URI.create(encoded(specifier))) : Optional.empty();
    }

    private Optional<String> standard(String path) {
        String plain = path.replaceFirst("\\?.*$", "").replaceFirst("\\.ts$", "");
        return Optional.ofNullable(STANDARD.get(plain))
                .or(() -> Optional.ofNullable(STANDARD.get(plain + "/mod")))
                .map(file -> file.startsWith("node:") ? file : standard + file);
    }

    private Optional<String> jsr(String name, @Nullable String version, @Nullable String path) {
        if (name.equals("@supabase/functions-js") && path != null && path.endsWith(".d.ts")) {
            return Optional.of(standard + "empty.ts"); // types alone
        }
        String atNpm = name.startsWith("@supabase/") ? name : JSR_AT_NPM.get(name);
        return Optional.ofNullable(atNpm).map(known -> npm(known, version, path));
    }

    /** A package that one of the sites serves that have npm's, as {@code https://esm.sh/v135/stripe@14?target=deno}. */
    private Optional<String> cdn(URI url) {
        String path = url.getPath();
        String wanted = switch (String.valueOf(url.getHost())) {
            case "esm.sh" -> path.replaceFirst("^/(v\\d+|stable)/", "/").replaceFirst("^/\\*?", "");
            case "cdn.skypack.dev", "unpkg.com", "esm.run" -> path.replaceFirst("^/", "");
            case "cdn.jsdelivr.net" ->
                path.startsWith("/npm/") ? path.substring(5).replaceFirst("/\\+esm$", "") : "";
            default -> "";
        };
        if (wanted.startsWith("jsr/")) {
            return of("jsr:" + wanted.substring(4));
        }
        Matcher parts = NPM_PATH.matcher(wanted);
        if (!parts.matches() || wanted.startsWith("gh/") || wanted.startsWith("pr/")) {
            return Optional.empty();
        }
        String below = parts.group(3);
        if (parts.group(1).equals("@supabase/functions-js") && below != null && below.endsWith(".d.ts")) {
            return Optional.of(standard + "empty.ts");
        }
        boolean build = below != null && below.matches("/(es20\\d\\d|deno|denonext|esnext|X-[^/]+)(/.*)?");
        return Optional.of(npm(parts.group(1), parts.group(2), build ? null : below));
    }

    private static String npm(String name, @Nullable String version, @Nullable String path) {
        return "npm:" + name + (version == null || version.isEmpty() ? "" : "@" + version)
                + (path == null || path.equals("/") ? "" : path);
    }

    private static String encoded(String specifier) {
        return specifier
                .replace("^", "%5E")
                .replace(" ", "%20")
                .replace("|", "%7C")
                .replace("<", "%3C")
                .replace(">", "%3E");
    }
}
