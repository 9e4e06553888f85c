package dev.assay.supabase.auth;

import dev.assay.supabase.project.ProjectConfig;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;

/** Where links of mails may lead: the site, and what the project allows besides. */
final class Redirects {
    private final ProjectConfig.Auth config;

    Redirects(ProjectConfig.Auth config) {
        this.config = config;
    }

    /** The wanted address where it is allowed, else the site's. */
    String allowed(Optional<String> wanted) {
        return wanted.filter(this::isAllowed).orElse(config.siteUrl());
    }

    private boolean isAllowed(String wanted) {
        URI uri;
        URI site;
        try {
            uri = URI.create(wanted);
            site = URI.create(config.siteUrl());
        } catch (IllegalArgumentException e) {
            return false;
        }
        if (uri.getHost() != null
                && uri.getHost().equals(site.getHost())
                && uri.getScheme() != null
                && uri.getScheme().equals(site.getScheme())) {
            return true; // GoTrue compares the host, not the port
        }
        String bare = wanted.replaceFirst("[?#].*$", "");
        return config.redirectUrls().stream()
                .anyMatch(pattern -> glob(pattern).matcher(bare).matches());
    }

    /** {@code *} is anything but a dot or slash, {@code **} anything. */
    private static Pattern glob(String pattern) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c == '*' && i + 1 < pattern.length() && pattern.charAt(i + 1) == '*') {
                regex.append(".*");
                i++;
            } else if (c == '*') {
                regex.append("[^./]*");
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(regex.toString());
    }
}
