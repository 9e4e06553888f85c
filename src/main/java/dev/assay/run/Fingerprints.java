package dev.assay.run;

import dev.assay.experiment.Experiment;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** Digests of what must agree between runs that are compared: the first 16 hex digits of SHA-256. */
public final class Fingerprints {
    private Fingerprints() {}

    public static Map<String, String> of(Experiment experiment, String targetKind, String version) {
        Map<String, String> prints = new LinkedHashMap<>();
        prints.put(
                "prompt", digest(experiment.prompt() + "\n" + experiment.app().text()));
        // where a rule stands in the file is no part of what it asks
        String contract = digest(experiment.contract().toString().replaceAll("line=\\d+", ""));
        // the row says so where the experiment has no contract of its own
        prints.put("contract", experiment.contract().name().equals("default") ? "default " + contract : contract);
        prints.put("limits", digest(experiment.limits().toString()));
        prints.put("target", targetKind);
        prints.put("assay", version);
        return prints;
    }

    private static String digest(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash).substring(0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
