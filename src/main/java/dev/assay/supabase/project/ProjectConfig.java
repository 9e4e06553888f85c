package dev.assay.supabase.project;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.dataformat.toml.TomlMapper;

/**
 * What the embedded Supabase reads of {@code supabase/config.toml}; keys and defaults are those of the Supabase CLI.
 *
 * @param api the REST API
 * @param database PostgreSQL
 * @param auth sign-ups, passwords and tokens
 * @param seed what a reset loads after the migrations
 * @param storage files
 * @param functions edge functions that have a section, by name
 */
public record ProjectConfig(
        Api api, Database database, Auth auth, Seed seed, Storage storage, Map<String, Function> functions) {

    /**
     * @param port wanted on this machine
     * @param schemas that are exposed, the first one by default
     * @param extraSearchPath that is searched besides
     * @param maxRows most rows of one answer
     */
    public record Api(int port, List<String> schemas, List<String> extraSearchPath, int maxRows) {}

    /**
     * @param port wanted on this machine
     */
    public record Database(int port) {}

    /**
     * @param siteUrl where links of mails lead by default
     * @param redirectUrls where else they may lead
     * @param signups whether anybody may sign up
     * @param emailSignups whether by e-mail
     * @param confirmations whether an address must be confirmed before its user may sign in
     * @param anonymous whether users without any address may be made
     * @param minimumPasswordLength in characters
     * @param passwordRequirements as the file spells them; empty for none
     * @param jwtExpiry how long an access token is valid
     * @param rotation whether a refresh token is good for one use
     * @param reuseInterval how long a used one still passes
     * @param otpExpiry how long a code of a mail is valid
     * @param rules what is set more rarely
     */
    public record Auth(
            String siteUrl,
            List<String> redirectUrls,
            boolean signups,
            boolean emailSignups,
            boolean confirmations,
            boolean anonymous,
            int minimumPasswordLength,
            String passwordRequirements,
            Duration jwtExpiry,
            boolean rotation,
            Duration reuseInterval,
            Duration otpExpiry,
            AuthRules rules) {}

    /** Files below {@code supabase/}, with {@code *}. */
    public record Seed(boolean enabled, List<String> paths) {}

    /**
     * @param fileSizeLimit most bytes of an object
     * @param buckets that every project starts with, by name
     */
    public record Storage(long fileSizeLimit, Map<String, Bucket> buckets) {}

    /**
     * @param fileSizeLimit most bytes of an object; empty for the project's
     * @param mimeTypes that it takes; none for all
     * @param objectsPath a folder below {@code supabase/} whose files it starts with; empty for none
     */
    public record Bucket(
            boolean isPublic, Optional<Long> fileSizeLimit, List<String> mimeTypes, Optional<String> objectsPath) {}

    /**
     * @param verifyJwt whether the gateway asks for a valid token before it calls the function
     * @param enabled whether it is served
     * @param entrypoint its main file, from {@code supabase/} on; empty for its {@code index.ts}
     * @param importMap its import map or {@code deno.json}, from there too; empty to have it found
     */
    public record Function(boolean verifyJwt, boolean enabled, String entrypoint, String importMap) {
        /** A function without a section. */
        public static final Function DEFAULT = new Function(true, true, "", "");
    }

    /** The settings without a file. */
    public static ProjectConfig defaults() {
        return new Reading(new TomlMapper().createObjectNode(), Path.of(""), "defaults").config();
    }

    /**
     * Reads the file of a project; a project without one has the defaults.
     *
     * @param project the folder that holds {@code supabase/}
     * @throws BrokenConfig where it cannot be read, with file and line
     */
    public static ProjectConfig read(Path project) {
        Path file = project.resolve("supabase").resolve("config.toml");
        if (!Files.exists(file)) {
            return defaults();
        }
        ObjectReader reader = new TomlMapper().reader();
        try {
            JsonNode tree = reader.readTree(Files.readString(file, StandardCharsets.UTF_8));
            return new Reading(tree, file.resolveSibling("."), "supabase/config.toml").config();
        } catch (JacksonException e) {
            TokenStreamLocation place = e.getLocation();
            String line = place == null ? "" : ":" + place.getLineNr();
            throw new BrokenConfig("supabase/config.toml" + line + ": not valid TOML: " + e.getOriginalMessage()
                    + "; correct the file");
        } catch (IOException e) {
            throw new BrokenConfig("supabase/config.toml cannot be read: " + e + "; it must be a text file in UTF-8");
        }
    }

    /** Whether calls of a function need a valid token; by default they do. */
    public boolean verifyJwt(String function) {
        return function(function).verifyJwt();
    }

    /** How a function is set up; the defaults where the file has no section for it. */
    public Function function(String name) {
        return functions.getOrDefault(name, Function.DEFAULT);
    }

    /** A {@code config.toml} that cannot be used. */
    public static final class BrokenConfig extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BrokenConfig(String message) {
            super(message);
        }
    }

    private record Reading(JsonNode root, Path folder, String file) {
        private static final Pattern SIZE = Pattern.compile("(?i)([0-9]{1,9}(?:\\.[0-9]{1,9})?) ?([bkmgt]?)(?:i?b)?");

        ProjectConfig config() {
            Map<String, Function> functions = new LinkedHashMap<>();
            root.path("functions").properties().forEach(entry -> {
                String key = "functions." + entry.getKey();
                functions.put(
                        entry.getKey(),
                        new Function(
                                flag(key + ".verify_jwt", true),
                                flag(key + ".enabled", true),
                                text(key + ".entrypoint", ""),
                                text(key + ".import_map", "")));
            });
            return new ProjectConfig(
                    api(), new Database(number("db.port", 54322)), auth(), seed(), storage(), Map.copyOf(functions));
        }

        private Api api() {
            if (at("api.schemas").isArray() && at("api.schemas").isEmpty()) {
                throw wrong("api.schemas", "a list of at least one schema", at("api.schemas"));
            }
            return new Api(
                    number("api.port", 54321),
                    texts("api.schemas", List.of("public", "graphql_public")),
                    texts("api.extra_search_path", List.of("public", "extensions")),
                    number("api.max_rows", 1000));
        }

        private Auth auth() {
            return new Auth(
                    text("auth.site_url", "http://127.0.0.1:3000"),
                    texts("auth.additional_redirect_urls", List.of()),
                    flag("auth.enable_signup", true),
                    flag("auth.email.enable_signup", true),
                    flag("auth.email.enable_confirmations", false),
                    flag("auth.enable_anonymous_sign_ins", false),
                    number("auth.minimum_password_length", 6),
                    text("auth.password_requirements", ""),
                    Duration.ofSeconds(number("auth.jwt_expiry", 3600)),
                    flag("auth.enable_refresh_token_rotation", true),
                    Duration.ofSeconds(number("auth.refresh_token_reuse_interval", 10)),
                    Duration.ofSeconds(number("auth.email.otp_expiry", 3600)),
                    rules());
        }

        private AuthRules rules() {
            int digits = number("auth.email.otp_length", 6);
            if (digits < 6 || digits > 10) {
                throw wrong("auth.email.otp_length", "from 6 to 10", at("auth.email.otp_length"));
            }
            Map<String, AuthRules.Hook> hooks = new LinkedHashMap<>();
            at("auth.hook").properties().forEach(hook -> {
                String key = "auth.hook." + hook.getKey();
                if (flag(key + ".enabled", hook.getValue().path("enabled"), false)) {
                    hooks.put(hook.getKey(), new AuthRules.Hook(text(key + ".uri", "")));
                }
            });
            Set<String> providers = new TreeSet<>();
            at("auth.external").properties().forEach(provider -> {
                String key = "auth.external." + provider.getKey() + ".enabled";
                if (flag(key, provider.getValue().path("enabled"), false)) {
                    providers.add(provider.getKey());
                }
            });
            return new AuthRules(
                    new AuthRules.Mail(
                            flag("auth.email.double_confirm_changes", true),
                            flag("auth.email.secure_password_change", false),
                            duration("auth.email.max_frequency"),
                            digits),
                    new AuthRules.Sessions(
                            duration("auth.sessions.timebox"), duration("auth.sessions.inactivity_timeout")),
                    Map.copyOf(hooks),
                    flag("auth.enable_manual_linking", false),
                    Set.copyOf(providers),
                    signingKeys(),
                    new AuthRules.Mfa(
                            number("auth.mfa.max_enrolled_factors", 10),
                            flag("auth.mfa.totp.enroll_enabled", true),
                            flag("auth.mfa.totp.verify_enabled", true)));
        }

        private String signingKeys() {
            String path = text("auth.signing_keys_path", "");
            if (path.isEmpty()) {
                return "";
            }
            try {
                Path keys = folder.resolve(path).toRealPath();
                if (!keys.startsWith(folder.toRealPath())) {
                    throw wrong("auth.signing_keys_path", "a file below supabase/", at("auth.signing_keys_path"));
                }
                return Files.readString(keys, StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new BrokenConfig(file + ": auth.signing_keys_path names " + path
                        + ", which cannot be read; make it with `supabase gen signing-key`, or remove the key");
            }
        }

        /** As Go writes it, as {@code 1m30s}; zero where it is not set. */
        private Duration duration(String key) {
            String text = text(key, "0s");
            return GoDuration.parse(text)
                    .orElseThrow(() -> wrong(key, "a duration such as \"1s\" or \"24h\"", at(key)));
        }

        private Seed seed() {
            return new Seed(flag("db.seed.enabled", true), texts("db.seed.sql_paths", List.of("./seed.sql")));
        }

        private Storage storage() {
            long limit = size("storage.file_size_limit").orElse(50L << 20);
            Map<String, Bucket> buckets = new LinkedHashMap<>();
            for (String name : at("storage.buckets").propertyNames()) {
                // a name may hold dots, so that a path of keys would not do
                JsonNode bucket = at("storage.buckets").path(name);
                Reading section = new Reading(bucket, folder, file + ": storage.buckets." + name);
                buckets.put(
                        name,
                        new Bucket(
                                section.flag("public", false),
                                section.size("file_size_limit"),
                                section.texts("allowed_mime_types", List.of()),
                                Optional.of(section.text("objects_path", "")).filter(path -> !path.isEmpty())));
            }
            return new Storage(limit, Collections.unmodifiableMap(buckets));
        }

        /** A number of bytes, or one with a unit as {@code 50MiB}; as the CLI, every unit is a power of 1024. */
        private Optional<Long> size(String key) {
            JsonNode node = at(key);
            if (node.isMissingNode()) {
                return Optional.empty();
            }
            Matcher size = SIZE.matcher(node.asString(""));
            if (!size.matches()) {
                throw wrong(key, "a size as \"50MiB\"", node);
            }
            int unit = "bkmgt"
                    .indexOf(size.group(2).isEmpty() ? "b" : size.group(2).toLowerCase(Locale.ROOT));
            return Optional.of((long) (Double.parseDouble(size.group(1)) * Math.pow(1024, unit)));
        }

        private JsonNode at(String key) {
            JsonNode node = root;
            for (String part : key.split("\\.")) {
                node = node.path(part);
            }
            return node;
        }

        private boolean flag(String key, boolean otherwise) {
            return flag(key, at(key), otherwise);
        }

        private boolean flag(String key, JsonNode node, boolean otherwise) {
            if (node.isMissingNode()) {
                return otherwise;
            }
            if (!node.isBoolean()) {
                throw wrong(key, "true or false", node);
            }
            return node.booleanValue();
        }

        private int number(String key, int otherwise) {
            JsonNode node = at(key);
            if (node.isMissingNode()) {
                return otherwise;
            }
            if (!node.canConvertToInt() || node.intValue() < 0) {
                throw wrong(key, "a whole number from 0", node);
            }
            return node.intValue();
        }

        private String text(String key, String otherwise) {
            JsonNode node = at(key);
            if (node.isMissingNode()) {
                return otherwise;
            }
            if (!node.isString()) {
                throw wrong(key, "a text in quotes", node);
            }
            return node.stringValue();
        }

        private List<String> texts(String key, List<String> otherwise) {
            JsonNode node = at(key);
            if (node.isMissingNode()) {
                return otherwise;
            }
            List<String> texts = new ArrayList<>();
            for (JsonNode element : node) {
                if (!element.isString()) {
                    throw wrong(key, "a list of texts", node);
                }
                texts.add(element.stringValue());
            }
            if (!node.isArray()) {
                throw wrong(key, "a list of texts", node);
            }
            return List.copyOf(texts);
        }

        private BrokenConfig wrong(String key, String expected, JsonNode found) {
            return new BrokenConfig(file + ": " + key + " must be " + expected + ", but is " + found);
        }
    }
}
