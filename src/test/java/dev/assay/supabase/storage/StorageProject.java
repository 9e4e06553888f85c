package dev.assay.supabase.storage;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.assay.supabase.SupabaseProject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client of a project's storage that speaks for one of some users. */
final class StorageProject {
    static final String ALICE = "00000000-0000-4000-8000-00000000000a";
    static final String BOB = "00000000-0000-4000-8000-00000000000b";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    final SupabaseProject project;
    private final HttpClient http = HttpClient.newHttpClient();

    StorageProject(SupabaseProject project) {
        this.project = project;
    }

    record Answer(HttpResponse<byte[]> response) {
        int status() {
            return response.statusCode();
        }

        String text() {
            return new String(response.body(), StandardCharsets.UTF_8);
        }

        JsonNode json() {
            return JSON.readTree(response.body());
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        /** HTTP status, {@code statusCode} and message of an error. */
        String error() {
            return status() + " " + json().path("statusCode").asString("") + " "
                    + json().path("error").asString("") + ": "
                    + json().path("message").asString("");
        }
    }

    /** The folder of the app with a migration in it. */
    static Path app(Path folder, String migration) throws Exception {
        Path migrations = Files.createDirectories(folder.resolve("supabase/migrations"));
        Files.writeString(migrations.resolve("20250101000000_storage.sql"), migration);
        return folder;
    }

    String token(String who) throws Exception {
        return switch (who) {
            case "anon" -> project.keys().anonKey();
            case "service" -> project.keys().serviceKey();
            case "alice" -> sign(user(ALICE));
            case "bob" -> sign(user(BOB));
            default -> who;
        };
    }

    static JWTClaimsSet.Builder user(String id) {
        return new JWTClaimsSet.Builder()
                .claim("role", "authenticated")
                .subject(id)
                .expirationTime(Date.from(Instant.now().plusSeconds(3600)));
    }

    String sign(JWTClaimsSet.Builder claims) throws Exception {
        SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims.build());
        token.sign(new MACSigner(project.keys().jwtSecret()));
        return token.serialize();
    }

    Answer get(String who, String path, String... headers) throws Exception {
        return send(who, "GET", path, HttpRequest.BodyPublishers.noBody(), headers);
    }

    Answer json(String who, String method, String path, String body) throws Exception {
        return send(who, method, path, HttpRequest.BodyPublishers.ofString(body), "Content-Type", "application/json");
    }

    Answer put(String who, String path, String content, String... headers) throws Exception {
        return send(who, "POST", path, HttpRequest.BodyPublishers.ofString(content), headers);
    }

    /**
     * @param who of {@link #token}; nobody without any key, where it is empty
     */
    Answer send(String who, String method, String path, HttpRequest.BodyPublisher body, String... headers)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(project.url() + "/storage/v1" + path))
                .method(method, body);
        if (!who.isEmpty()) {
            request.header("Authorization", "Bearer " + token(who));
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return new Answer(http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray()));
    }
}
