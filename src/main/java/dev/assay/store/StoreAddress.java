package dev.assay.store;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Where a log database is, as the option {@code store-url} spells it: a JDBC URL, or the form that Supabase shows,
 * {@code postgresql://user:password@host:port/database}.
 *
 * @param jdbcUrl with all that is needed to connect
 * @param shown without anything secret
 */
record StoreAddress(String jdbcUrl, String shown) {
    private static final String JDBC = "jdbc:postgresql:";

    static StoreAddress parse(String url) {
        String text = url.strip();
        if (text.startsWith(JDBC)) {
            return new StoreAddress(text, text.substring("jdbc:".length()).replaceFirst("[?].*", ""));
        }
        if (text.startsWith("postgresql://") || text.startsWith("postgres://")) {
            return fromUri(text);
        }
        throw new IllegalArgumentException("store-url is no PostgreSQL URL. Write"
                + " jdbc:postgresql://HOST:PORT/DATABASE?user=USER&password=PASSWORD,"
                + " or postgresql://USER:PASSWORD@HOST:PORT/DATABASE.");
    }

    private static StoreAddress fromUri(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            // the URI's own message would show the password
            throw malformed();
        }
        if (uri.getHost() == null) {
            throw malformed();
        }
        String place = uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort()) + uri.getRawPath();
        StringBuilder query = new StringBuilder(uri.getRawQuery() == null ? "" : uri.getRawQuery());
        @Nullable String account = uri.getRawUserInfo();
        if (account != null) {
            int colon = account.indexOf(':');
            add(query, "user", colon < 0 ? account : account.substring(0, colon));
            if (colon >= 0) {
                add(query, "password", account.substring(colon + 1));
            }
        }
        return new StoreAddress(JDBC + "//" + place + (query.isEmpty() ? "" : "?" + query), "postgresql://" + place);
    }

    private static IllegalArgumentException malformed() {
        return new IllegalArgumentException("store-url cannot be read. Write special characters of the password"
                + " percent-encoded, such as %40 for @.");
    }

    private static void add(StringBuilder query, String name, String raw) {
        String value = URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8);
        query.append(query.isEmpty() ? "" : "&")
                .append(name)
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
    }
}
