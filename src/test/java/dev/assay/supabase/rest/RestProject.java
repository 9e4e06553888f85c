package dev.assay.supabase.rest;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.assay.supabase.EmbeddedSupabase;
import dev.assay.supabase.SupabaseProject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;

/** A project with the fixture's tables, and a client for its REST surface. */
final class RestProject implements AutoCloseable {
    static final String ALICE = "00000000-0000-0000-0000-00000000000a";

    private final EmbeddedSupabase supabase;
    final SupabaseProject project;
    private final HttpClient client = HttpClient.newHttpClient();

    RestProject(Path folder) throws Exception {
        supabase = EmbeddedSupabase.start(Path.of(System.getProperty("user.home"), ".cache", "assay"));
        boolean ready = false;
        try {
            project = supabase.open(folder, EmbeddedSupabase.Identity.OWN);
            String sql = new String(
                    RestProject.class.getResourceAsStream("fixture.sql").readAllBytes(), StandardCharsets.UTF_8);
            sql(sql.replace("\\\"q?", "\"\"q?"));
            ready = true;
        } finally {
            if (!ready) {
                supabase.close();
            }
        }
    }

    void sql(String sql) throws Exception {
        try (Connection connection = DriverManager.getConnection(project.superuserUrl());
                Statement statement = connection.createStatement()) {
            statement.execute("set role postgres");
            statement.setEscapeProcessing(false);
            statement.execute(sql);
        }
    }

    String token(String who) throws Exception {
        return switch (who) {
            case "anon" -> project.keys().anonKey();
            case "service" -> project.keys().serviceKey();
            default -> sign(project.keys().jwtSecret(), claims("authenticated").subject(ALICE));
        };
    }

    static JWTClaimsSet.Builder claims(String role) {
        return new JWTClaimsSet.Builder()
                .claim("role", role)
                .expirationTime(Date.from(Instant.now().plusSeconds(3600)));
    }

    static String sign(String secret, JWTClaimsSet.Builder claims) throws Exception {
        SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims.build());
        token.sign(new MACSigner(secret));
        return token.serialize();
    }

    HttpResponse<String> send(
            String method, String path, String token, List<Map.Entry<String, String>> headers, String body)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(project.url() + "/rest/v1" + encoded(path)))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .header("apikey", project.keys().anonKey())
                .header("Authorization", "Bearer " + token);
        headers.forEach(header -> request.header(header.getKey(), header.getValue()));
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path, String who) throws Exception {
        return send("GET", path, token(who), new ArrayList<>(), "");
    }

    /** Percent-encodes what a URI may not hold, and leaves alone what is encoded already. */
    static String encoded(String path) {
        StringBuilder out = new StringBuilder();
        for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = c > ' ' && c < 127 && "\"<>\\^`{}|[]".indexOf(c) < 0;
            out.append(plain ? String.valueOf(c) : String.format("%%%02X", (int) c));
        }
        return out.toString();
    }

    @Override
    public void close() {
        supabase.close();
    }
}
