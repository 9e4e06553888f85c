package dev.assay.agent.cli;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A file that a CLI keeps its sign-in in: what in it is secret. */
final class SignInFile {
    /** Names of fields that hold what one signs in with, such as {@code accessToken}, {@code refresh}, {@code api_key}. */
    private static final Pattern SECRET = Pattern.compile(
            "(?i).*(token|secret|passw|credential|cookie|jwt|bearer|refresh|access|api[-_]?key|auth[-_]?key|private[-_]?key)"
                    + ".*|key");
    /** Words, dates and addresses stand in such fields too, and are shorter, or not of one piece. */
    private static final Pattern OPAQUE = Pattern.compile("(?!https?://)(?:[^\\s:/]{16,}|\\S{40,})");

    private static final Pattern SETTING =
            Pattern.compile("^\\s*[\"']?([\\w.-]+)[\"']?\\s*[=:]\\s*[\"']?([^\"'\\s]+)", Pattern.MULTILINE);

    private SignInFile() {}

    /** The values of fields whose names say that they are secret, however deep; a file that is no JSON is read by its lines. */
    static Set<String> secrets(byte[] content) {
        Set<String> secrets = new LinkedHashSet<>();
        try {
            collect("", JsonMapper.shared().readTree(content), secrets);
        } catch (JacksonException e) {
            Matcher settings = SETTING.matcher(new String(content, StandardCharsets.UTF_8));
            while (settings.find()) {
                add(settings.group(1), settings.group(2), secrets);
            }
        }
        return secrets;
    }

    /** @param name the field's, or that of the list that it is in */
    private static void collect(String name, JsonNode node, Set<String> secrets) {
        if (node.isString()) {
            add(name, node.stringValue(), secrets);
        } else if (node.isObject()) {
            node.properties().forEach(field -> collect(field.getKey(), field.getValue(), secrets));
        } else {
            node.forEach(element -> collect(name, element, secrets));
        }
    }

    private static void add(String name, String value, Set<String> secrets) {
        if (SECRET.matcher(name).matches() && OPAQUE.matcher(value).matches()) {
            secrets.add(value);
        }
    }
}
